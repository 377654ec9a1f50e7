// Which replies fit what a visitor wrote, best first. Pure: no page, no network.

import { wordsOf } from "./words.js";

const OWN = 0.6; // weight of a word in the reply itself, relative to those that visitors used before it
const TITLE = 1; // of a word in its title
const LEAST = 0.65; // evidence below which a reply is not suggested
const SHORT = 0.3; // of a word of one or two letters, which means little; pairs of signs are whole words
const SAME_START = 4; // letters: the stem of most words
const FOLLOWED = 3; // how often a word must have led to a reply to count in full
const DAY = 86_400_000; // ms
const LONGEST = 600; // characters of the visitor's text that are read: the last ones

/**
 * A reply that can be suggested. `id` is a canned reply's, empty for a sentence that the team writes often. `words` are
 * those of visitors it followed, with how many visitors used them; `last` is ms.
 * @typedef {{
 *   id: string, title: string, text: string, words: Record<string, number>, times: number, mine: number, last: number,
 *   langs: Record<string, number>,
 * }} Candidate
 * @typedef {{candidate: Candidate, score: number, because: string[], own: boolean}} Suggested `because` are the
 * visitor's words that led to it; `own` if they are in the reply itself, not in earlier chats
 */

export class Ranker {
  /** @param {Candidate[]} candidates */
  constructor(candidates) {
    this.candidates = candidates;
    /** @type {Map<string, Map<number, number>>} word -> candidate's index -> weight */
    this.postings = new Map();
    /** @type {Map<string, string[]>} the words of the candidates by their first two letters */
    this.begins = new Map();
    /** @type {Map<string, [string, number][]>} a visitor's word -> the candidates' words it may mean */
    this.meant = new Map();
    for (const [index, one] of candidates.entries()) this.add(index, one);
  }

  /** @param {number} index @param {Candidate} one */
  add(index, one) {
    for (const word of wordsOf(one.text)) this.put(word, index, OWN);
    for (const word of wordsOf(one.title)) this.put(word, index, TITLE);
    for (const [word, users] of Object.entries(one.words)) {
      const share = one.times ? users / one.times : 0;
      this.put(word, index, Math.min(1, users / FOLLOWED) * (1 + Math.min(1, share)));
    }
  }

  /** @param {string} word @param {number} index @param {number} weight */
  put(word, index, weight) {
    let posting = this.postings.get(word);
    if (!posting) {
      posting = new Map();
      this.postings.set(word, posting);
      const start = word.slice(0, 2);
      this.begins.set(start, [...(this.begins.get(start) ?? []), word]);
    }
    posting.set(index, Math.max(posting.get(index) ?? 0, weight));
  }

  /**
   * @param {string} text what the visitor wrote, or is writing
   * @param {{lang?: string, now?: number, most?: number}} [given] the visitor's language; server ms
   * @returns {Suggested[]}
   */
  rank(text, { lang = "", now = 0, most = 3 } = {}) {
    /** @type {Map<number, {evidence: number, because: string[]}>} */
    const found = new Map();
    for (const word of wordsOf(text.slice(-LONGEST))) {
      for (const [index, evidence] of this.evidenceOf(word)) {
        const one = found.get(index) ?? { evidence: 0, because: [] };
        one.evidence += evidence;
        one.because.push(word);
        found.set(index, one);
      }
    }
    return [...found]
      .filter(([, { evidence }]) => evidence >= LEAST)
      .map(([index, { evidence, because }]) => {
        const candidate = this.candidates[index];
        const own = !because.some((word) => this.similar(word).some(([known]) => known in candidate.words));
        return { candidate, score: evidence * prior(candidate, lang, now), because, own };
      })
      .sort((a, b) => b.score - a.score || a.candidate.title.localeCompare(b.candidate.title))
      .slice(0, most);
  }

  /** The evidence of one of the visitor's words for each candidate: a word that leads to few replies counts more. @param {string} word */
  evidenceOf(word) {
    /** @type {Map<number, number>} */
    const found = new Map();
    for (const [known, likeness] of this.similar(word)) {
      const posting = this.postings.get(known) ?? new Map();
      const rare = Math.log(1 + this.candidates.length / posting.size) / Math.log(1 + this.candidates.length);
      const says = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{N}]{1,2}$/u.test(known) ? SHORT : 1;
      for (const [index, weight] of posting)
        found.set(index, Math.max(found.get(index) ?? 0, weight * likeness * rare * says));
    }
    return found;
  }

  /** The known words it may be, each with its certainty: the same word, another ending, a typing error. @param {string} word */
  similar(word) {
    let found = this.meant.get(word);
    if (!found) {
      found = this.postings.has(word) ? [[word, 1]] : this.lookAlikes(word);
      if (this.meant.size > 2_000) this.meant.clear();
      this.meant.set(word, found);
    }
    return found;
  }

  /** @param {string} word @returns {[string, number][]} */
  lookAlikes(word) {
    if (word.length < SAME_START) return [];
    const swapped = word[1] + word[0];
    const near = [...(this.begins.get(word.slice(0, 2)) ?? []), ...(this.begins.get(swapped) ?? [])];
    /** @type {[string, number][]} */
    const found = [];
    for (const known of near) {
      const likeness = likenessOf(word, known);
      if (likeness) found.push([known, likeness]);
    }
    return found.sort((a, b) => b[1] - a[1]).slice(0, 8);
  }
}

/** How certain it is that one word is the other, 0 to 1. @param {string} word @param {string} known */
function likenessOf(word, known) {
  if (known.length < SAME_START) return 0;
  const shorter = Math.min(word.length, known.length);
  const same = [...word].findIndex((letter, at) => letter !== known[at]);
  const start = same < 0 ? shorter : same;
  if (start >= SAME_START && start >= shorter - 2 && Math.abs(word.length - known.length) <= 4) return 0.8;
  const slips = word.length >= 8 ? 2 : 1;
  return distanceOf(word, known, slips) <= slips ? 0.7 : 0;
}

/** The number of letters that are wrong, missing, extra or swapped; beyond `most` it stops counting. @param {string} a @param {string} b @param {number} most */
function distanceOf(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  /** @type {number[]} */
  let before = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + Number(a[i - 1] !== b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    if (Math.min(...next) > most) return most + 1;
    before = row;
    row = next;
  }
  return row[b.length];
}

/** The evidence for a reply before a word is read: often sent, recently, by this agent, in this language. @param {Candidate} one @param {string} lang @param {number} now */
export function prior(one, lang, now) {
  const often = 1 + 0.1 * Math.log2(1 + one.times);
  const lately = one.last && now ? 1 + 0.15 * Math.exp(-(now - one.last) / (7 * DAY)) : 1;
  const mine = one.times ? 1 + 0.2 * Math.min(1, one.mine / one.times) : 1;
  return often * lately * mine * spoken(one, lang);
}

/** @param {Candidate} one @param {string} lang */
function spoken(one, lang) {
  const sent = Object.entries(one.langs).filter(([tongue]) => tongue);
  const all = sent.reduce((sum, [, times]) => sum + times, 0);
  if (!lang || all < 3) return 1;
  return 0.3 + 0.7 * ((one.langs[lang] ?? 0) / all);
}
