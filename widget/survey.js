import { cut, h } from "./dom.js";
import { form, sender } from "./forms.js";
import { t } from "./i18n.js";

/**
 * @import { Panel } from "./view.js"
 * @import { Visitor } from "./visitor.js"
 * @typedef {HTMLFormControlsCollection & {score: RadioNodeList}} Controls
 */

/** The survey above the composer of an ended chat. @param {Panel} panel */
export function ask({ visitor, extra, element, writing, log }) {
  if (element.dataset.screen !== "ended" || extra.className === "survey") return;
  writing?.area.removeAttribute("aria-describedby");
  extra.className = "survey";
  extra.replaceChildren(survey(visitor));
  if (log.stuck) log.bottom();
}

/** A rating from one to five, and a comment. @param {Visitor} visitor */
function survey(visitor) {
  const asked = t("Your comment (optional)");
  const comment = h("textarea", { rows: 2, maxLength: 1000, ariaLabel: asked, placeholder: asked });
  const choices = ["1", "2", "3", "4", "5"].map((value) =>
    h("label", h("input", { type: "radio", name: "score", value, required: true }), h("span", value)),
  );
  const rate = () =>
    visitor.command("rate", {
      score: +(/** @type {Controls} */ (made.elements).score.value),
      comment: cut(comment.value.trim(), 1000),
    });
  const made = form(
    "",
    h("fieldset", h("legend", t("How did we do? (1 poor – 5 great)")), h("div.scores", ...choices)),
    comment,
    sender("main", rate, t("Send")),
  );
  return made;
}
