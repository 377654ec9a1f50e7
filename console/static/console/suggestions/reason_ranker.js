// Which of a queue's reasons a chat is most likely to be given. Pure: no page, no network.

import { prior, Ranker } from "./ranker.js";
import { wordsOf } from "./words.js";

const LEAST = 0.8; // evidence below which no reason is likely
const LONGEST = 3_000; // characters of the visitor's text that are read; its subject is at the beginning
const SHOWN = 5; // words that explain it

/**
 * A reason as it was given recently: in how many chats, how often by this agent, when last (ms), and how strongly each
 * of visitors' words points to it and not to the others.
 * @typedef {{times: number, mine?: number, last: number, words?: Record<string, number>}} Given
 * @typedef {{reason: string, words: string[]}} Likely `words` are those of the visitor that led to it
 */

export class ReasonRanker {
  /** @param {Record<string, Given>} given by reason */
  constructor(given) {
    this.candidates = Object.entries(given).map(([id, { times, mine = 0, last, words = {} }]) => {
      return { id, title: "", text: "", words, times, mine, last, langs: {} };
    });
    this.ranker = new Ranker(this.candidates); // knows which words are alike
  }

  /**
   * The likeliest one of those there are to choose from; undefined if the words say too little.
   * @param {string} text what the visitor wrote @param {string[]} reasons @param {number} now server ms
   * @returns {Likely | undefined}
   */
  likely(text, reasons, now) {
    const words = [...wordsOf(text.slice(0, LONGEST))];
    let found;
    let most = 0;
    for (const one of this.candidates.filter(({ id }) => reasons.includes(id))) {
      const says = words
        .map((word) => ({ word, weight: this.weightOf(word, one.words) }))
        .filter(({ weight }) => weight);
      const evidence = says.reduce((sum, { weight }) => sum + weight, 0);
      const score = evidence * prior(one, "", now);
      if (evidence < LEAST || score <= most) continue;
      most = score;
      const telling = says.sort((a, b) => b.weight - a.weight).slice(0, SHOWN);
      found = { reason: one.id, words: telling.map(({ word }) => word) };
    }
    return found;
  }

  /** The evidence of a visitor's word for a reason: that of the word it is most like. @param {string} word @param {Record<string, number>} words */
  weightOf(word, words) {
    return Math.max(0, ...this.ranker.similar(word).map(([known, likeness]) => likeness * (words[known] ?? 0)));
  }
}
