import { bare, parse } from "./dom.js";

/** The widget's texts. English stands in the code; other languages are one file each, fetched on opening. */
export const words = { locale: "en", learned: "en", said: null };

/** The text in the visitor's language, with {names} filled in. */
export function t(text, values) {
  return (words.said?.[text] || text).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Takes a language tag; one the browser cannot read is English. */
export function speak(locale) {
  try {
    [words.locale] = Intl.getCanonicalLocales(locale);
  } catch {
    words.locale = "en";
  }
}

export const direction = () => (/^(ar|he|fa|ur|ps|sd|ug|yi|dv|ckb)\b/.test(words.locale) ? "rtl" : "ltr");

/** Fetches the file of `words.locale` when `languages` has it; true when the texts are others than before. */
export async function learn(base, languages) {
  const [wanted] = words.locale.split("-");
  const language = languages.includes(wanted) ? wanted : "en";
  if (language === words.learned) return false;
  try {
    words.said = language === "en" ? null : parse(await (await fetch(`${base}widget/${language}.json`)).text());
    words.learned = language;
    return true;
  } catch {
    return false; // what is there will do until the next opening
  }
}

/** The time of day, with the name of the day if `weekday` is "long". */
export const clock = (ms, weekday) => new Date(ms).toLocaleString(words.locale, bare({ weekday, hour: "numeric", minute: "2-digit" }));

/** Seconds as every language writes them: "30 s", "2 min". */
export const span = (seconds) => (seconds < 90 ? `${Math.ceil(seconds / 5) * 5 || 5} s` : `${Math.round(seconds / 60)} min`);
