// How a likely reason is marked, in a wrap-up and in the list for later.

import { t } from "../shared/i18n.js";

/** @import { Likely } from "./reason_ranker.js" */

/** @param {HTMLElement} choice @param {Likely} likely */
export function likelyMark(choice, likely) {
  const mark = document.createElement("span");
  mark.className = "likely";
  mark.append(t("likely"), " ", Object.assign(document.createElement("kbd"), { textContent: "Enter" }));
  choice.append(" ", mark);
  choice.title = t("likely_words", { words: likely.words.join(", ") });
}
