import { t } from "./i18n.js";

/** @import { Fact } from "./types.js" */

/** The line for a fact other than a message; nothing for facts without a line. @param {Fact} fact */
export function says({ kind, why, name, promised, hidden, text }) {
  if (promised)
    return promised === "kept"
      ? t("{name} is back, as promised", { name })
      : t("{name} is back, later than promised", { name });
  if (hidden) return t("We hid a card number.");
  if (kind === "opened" && text) return t("Automatic greeting");
  if (kind === "assigned") return t("{name} has joined the chat", { name });
  if (kind === "transferred") return t("Connecting you to a colleague.");
  if (kind === "released") return t("You're next in line.");
  if (kind === "asked") return t("Are you still there? The chat ends soon.");
  if (kind === "rated") return t("Thank you!");
  if (kind !== "ended") return "";
  return why === "silent" || why === "abandoned" ? t("The chat has ended due to inactivity") : t("The chat has ended");
}
