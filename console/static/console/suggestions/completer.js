// Completes a sentence that the person has begun with the rest of the likeliest one that the team writes. Pure: no
// page, no network.

import { fold } from "../tools/fuzzy.js";
import { fill, firstPlaceholder } from "../tools/placeholders.js";
import { prior } from "./ranker.js";
import { openSentence, sentencesOf } from "./sentences.js";

const LEAST = 4; // characters that must be typed
const LEAST_UNSPACED = 2; // in a script without spaces, where a character carries more
const WORTH = 3; // characters that must be left
const START = 2; // folded characters that sentences are indexed by
const UNSPACED =
  /^[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]/u;
const SIMPLE = /^[!-~]$/;
const FOLDED_IN_LOWER_CASE = /^(?!.* {2})[ -z|}~]*$/; // nothing to fold except case, and no placeholder
const WORD = /(?<![\p{L}\p{M}\p{N}])[\p{L}\p{M}]{2,}$/u;

/**
 * @import { Known } from "../tools/placeholders.js"
 * @import { Candidate } from "./ranker.js"
 * @typedef {{text: string, plain: string, from: number[]}} Folded `from` says where each folded character began
 */

export class Completer {
  /** @param {Candidate[]} candidates whole replies, or single sentences */
  constructor(candidates) {
    /** @type {Map<string, Candidate>} folded sentence -> the sentence, with its evidence */
    const sentences = new Map();
    for (const one of candidates) {
      for (const text of sentencesOf(one.text)) {
        const key = fold(text);
        const known = sentences.get(key);
        if (!known || known.times < one.times) sentences.set(key, { ...one, text });
      }
    }
    /** @type {Map<string, Candidate[]>} by their first characters; "": those that begin with a placeholder */
    this.begins = new Map();
    for (const one of sentences.values()) {
      const key = one.text.slice(0, START + 1).includes("{")
        ? ""
        : foldedOf(one.text.slice(0, 8)).plain.slice(0, START);
      this.begins.set(key, [...(this.begins.get(key) ?? []), one]);
    }
    /** @type {Map<Candidate, Folded>} up to their first placeholder, computed when first needed */
    this.heads = new Map();
  }

  /**
   * The rest of the likeliest sentence; empty if nothing fits or little is left.
   * @param {string} text what was typed, up to the caret
   * @param {Known} known
   * @param {{lang?: string, now?: number}} [given] the visitor's language; server ms
   * @returns {string}
   */
  rest(text, known, { lang = "", now = 0 } = {}) {
    const typed = text.slice(openSentence(text));
    if ([...typed].length < (UNSPACED.test(typed) ? LEAST_UNSPACED : LEAST)) return "";
    const begun = foldedOf(typed).plain;
    let best = { rest: "", score: 0 };
    for (const one of [...(this.begins.get(begun.slice(0, START)) ?? []), ...(this.begins.get("") ?? [])]) {
      if (!mayBegin(one.text, begun)) continue;
      const rest = restOf(begun, this.foldedFor(one, begun, known));
      const score = rest.trim().length >= WORTH ? prior(one, lang, now) : 0;
      if (score > best.score) best = { rest, score };
    }
    return best.rest;
  }

  /** Fill it in if it may fit, up to the first placeholder without a value. @param {Candidate} one @param {string} begun @param {Known} known */
  foldedFor(one, begun, known) {
    let head = this.heads.get(one);
    if (!head) {
      head = foldedOf(one.text.slice(0, firstPlaceholder(one.text)?.start));
      this.heads.set(one, head);
    }
    if (head.text.length === one.text.length || !begun.startsWith(head.plain.slice(0, begun.length))) return head;
    const text = fill(one.text, known);
    return foldedOf(text.slice(0, firstPlaceholder(text)?.start));
  }
}

/** Whether it is worth folding: most of hundreds of sentences are not. @param {string} text @param {string} begun */
function mayBegin(text, begun) {
  const start = text.slice(0, begun.length).toLowerCase();
  return start === begun || !FOLDED_IN_LOWER_CASE.test(start);
}

/** The rest of the visitor's first name, if its first letters are at the end of the text. @param {string} text @param {Known} known @returns {string} */
export function restOfName(text, known) {
  const name = fill("{first_name}", known);
  const begun = WORD.exec(text)?.[0] ?? "";
  if (!begun || /^\p{Ll}/u.test(begun) || firstPlaceholder(name)) return "";
  return restOf(foldedOf(begun).plain, foldedOf(name));
}

/** @param {string} begun folded @param {Folded} sentence */
function restOf(begun, { text, plain, from }) {
  const at = begun.length;
  if (at >= plain.length || !plain.startsWith(begun)) return "";
  return from[at] === from[at - 1] ? "" : text.slice(from[at]); // not in the middle of a ligature
}

/** Fold case and accents, and unify quotes and spaces. @param {string} text @returns {Folded} */
function foldedOf(text) {
  let plain = "";
  const from = [];
  let at = 0;
  for (const sign of text) {
    const same = SIMPLE.test(sign)
      ? sign.toLowerCase()
      : /\s/u.test(sign)
        ? plain.endsWith(" ")
          ? ""
          : " "
        : fold(sign.replace(/[‘’]/, "'"));
    for (let unit = 0; unit < same.length; unit++) from.push(at);
    plain += same;
    at += sign.length;
  }
  return { text, plain, from };
}

/** The first word of the rest, with the spaces before it. @param {string} rest @param {string} lang @returns {string} */
export function firstWord(rest, lang) {
  const word = /^\s*\S+/u.exec(rest)?.[0] ?? rest;
  if (!UNSPACED.test(word.trim()) || !("Segmenter" in Intl)) return word;
  const [first] = new Intl.Segmenter(lang || undefined, { granularity: "word" }).segment(word);
  return first.segment;
}
