import { button, h } from "./dom.js";
import { form, sender } from "./forms.js";
import { t } from "./i18n.js";

/**
 * @import { Writing } from "./forms.js"
 * @import { Panel } from "./view.js"
 * @import { Visitor } from "./visitor.js"
 */

/** Asks above the composer for the transcript's address. @param {Panel} panel */
export function mailing(panel) {
  const { visitor, element } = panel;
  listen(visitor);
  const input = h("input", {
    type: "email",
    required: true,
    autocomplete: "email",
    maxLength: 254,
    value: visitor.profile.email || visitor.past[0]?.email || "",
  });
  const shut = () => {
    made.remove();
    panel.focus();
  };
  const send = () => {
    visitor.profile.email ||= input.value.trim();
    visitor.command("transcript", { email: input.value.trim() });
    shut();
  };
  const made = form(
    "mailing",
    h("label", t("Your e-mail address"), input),
    sender("main", send, t("Send the transcript")),
    button("quiet", shut, t("Cancel")),
  );
  made.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation(); // or when the panel closes
    shut();
  });
  element.querySelector(".mailing")?.remove();
  /** @type {Writing} */ (panel.writing).form.before(made);
  input.focus();
}

/** Reports the result, once. @param {Visitor} visitor */
function listen(visitor) {
  if (Object.hasOwn(visitor, "$ack")) return;
  const { $ack, $nack } = visitor;
  const asked = (/** @type {{cid: string}} */ frame) =>
    visitor.outbox.frames.find(({ t, cid }) => t === "transcript" && cid === frame.cid);
  visitor.$ack = (frame) => {
    const sent = /** @type {{email: string} | undefined} */ (/** @type {unknown} */ (asked(frame)));
    $ack.call(visitor, frame);
    if (sent) visitor.notice = t("The transcript is on its way to {email}.", { email: sent.email });
  };
  visitor.$nack = (frame) => {
    const sent = asked(frame);
    $nack.call(visitor, frame);
    if (!sent || !frame.final) return;
    const soon = frame.code === "nothing_to_do"; // the answer is on its way to the archive
    const { message } = frame;
    visitor.notice = soon ? t("The transcript is not ready yet. Try again in a moment.") : t(message);
  };
}
