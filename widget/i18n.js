import { bare, load } from "./dom.js";

/** @import { Team } from "#protocol" */

/** The widget's texts. English stands in the code; other languages are one file each, fetched on opening. */
/** @type {{locale: string, learned: string, said?: Record<string, string> | null}} */
export const words = { locale: "en", learned: "en" };

/**
 * The text in the visitor's language, with {names} filled in.
 * @param {string} text
 * @param {object} [values] the name's text or number
 */
export function t(text, values) {
  return (words.said?.[text] || text).replace(
    /\{(\w+)\}/g,
    (_, name) => /** @type {Record<string, string>} */ (values)[name],
  );
}

/** Takes a language tag; one the browser cannot read is English. @param {string} locale */
export function speak(locale) {
  try {
    [words.locale] = Intl.getCanonicalLocales(locale);
  } catch {
    words.locale = "en";
  }
}

export const direction = () => (/^(ar|he|fa|ur|ps|sd|ug|yi|dv|ckb)\b/.test(words.locale) ? "rtl" : "ltr");

/** Fetches the file of `words.locale` when `languages` has it; true when the texts are others than before. @param {string} base @param {string[]} languages */
export async function learn(base, languages) {
  const [wanted] = words.locale.split("-");
  const language = languages.includes(wanted) ? wanted : "en";
  if (language === words.learned) return false;
  try {
    words.said =
      language === "en" ? null : /** @type {Record<string, string>} */ (await load(`${base}widget/${language}.json`));
    words.learned = language;
    return true;
  } catch {
    return false; // what is there will do until the next opening
  }
}

/** The time of day; with `full` the name of the day too, and the date of another week. @param {number} ms @param {boolean} [full] */
export function clock(ms, full) {
  /** @type {Intl.DateTimeFormatOptions} */
  const options = bare({ hour: "numeric", minute: "2-digit" });
  if (full) options.weekday = "long";
  if (full && Math.abs(ms - Date.now()) > 5e8) Object.assign(options, { day: "numeric", month: "long" });
  const manner = navigator.languages.find((one) => one.startsWith(words.locale)); // 14:02 in Britain
  return new Date(ms).toLocaleString(manner || words.locale, options);
}

/** A time to come of less than ten minutes, counted down: "1:42". @param {number} ms */
export const countdown = (ms) => new Date(ms).toISOString().slice(15, 19);

/** When the team is back, in words; nothing if that is not known. @param {Team | null} team */
export const back = (team) => team?.back_at && t("We're back: {when}", { when: clock(team.back_at, true) });

/** Seconds as every language writes them: "30 s", "2 min". @param {number} seconds */
export const span = (seconds) =>
  seconds < 90 ? `${Math.ceil(seconds / 5) * 5 || 5} s` : `${Math.round(seconds / 60)} min`;
