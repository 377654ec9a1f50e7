import { bare, parse } from "./dom.js";

/** The widget's texts. English is in the code; each other language is one file, fetched on opening. */
/** @type {{locale: string, learned: string, said?: Record<string, string> | null}} */
export const words = { locale: "en", learned: "en" };

/**
 * Return the text in the visitor's language, with {names} filled in.
 * @param {string} text
 * @param {object} [values] the name's text or number
 */
export function t(text, values) {
  return (words.said?.[text] || text).replace(
    /\{(\w+)\}/g,
    (_, name) => /** @type {Record<string, string>} */ (values)[name],
  );
}

/** Takes the first tag that the browser can read, `it_IT` included; English if there is none. @param {...unknown} tags */
export function speak(...tags) {
  for (const tag of [...tags, "en"])
    try {
      [words.locale] = Intl.getCanonicalLocales(
        String(tag)
          .replace(/[.@].*/, "")
          .replaceAll("_", "-"),
      );
      return;
    } catch {}
}

export const direction = () => (/^(ar|he|fa|ur|ps|sd|ug|yi|dv|ckb)\b/.test(words.locale) ? "rtl" : "ltr");

/** Fetches the file of `words.locale` if `languages` has it; true if the texts have changed. @param {string} base @param {string[]} languages */
export async function learn(base, languages) {
  const [wanted] = words.locale.split("-");
  const language = languages.includes(wanted) ? wanted : "en";
  if (language === words.learned) return false;
  try {
    words.said =
      language === "en"
        ? null
        : /** @type {Record<string, string>} */ (parse(await (await fetch(`${base}widget/${language}.json`)).text()));
    words.learned = language;
    return true;
  } catch {
    return false; // the current texts stay until the next opening
  }
}

/** The time of day, and further parts of the date on request. @param {number} ms @param {Intl.DateTimeFormatOptions | false} [more] */
export function clock(ms, more) {
  const manner = navigator.languages.find((one) => one.startsWith(words.locale)); // 14:02 in Britain
  /** @type {Intl.DateTimeFormatOptions} */
  const options = { hour: "numeric", minute: "2-digit", ...more };
  return new Date(ms).toLocaleString(manner || words.locale, bare(options));
}
