// Only the pages of sites with greetings load this file. No socket opens before the visitor acts.

import { bare, button, h, parse } from "./dom.js";
import { t } from "./i18n.js";

/**
 * @import { Greeting } from "./types.js"
 * @import { Widget } from "./widget.js"
 */

const SLOT = "greeted"; // in the tab: one greeting a visit; in the browser: dismissed ones

/** Whether an address is one of the greeting's pages; `*` matches anything. @param {Greeting} greeting @param {string} path */
const fits = ({ pages }, path) =>
  !pages?.length ||
  pages.some((page) => {
    const parts = encodeURI(page)
      .replaceAll("%25", "%")
      .replace(/(.)\/$/, "$1")
      .split("*");
    return new RegExp(`^${parts.map((part) => part.replace(/\W/g, "\\$&")).join(".*")}/?$`, "i").test(path);
  });

/** Counts the seconds on each page, and shows a due greeting next to the launcher if somebody is free. @param {Widget} widget */
export function greet(widget) {
  const { visitor, launcher } = widget;
  const { shelf, tab } = visitor;
  const dismissed = shelf.get(SLOT).split(" ");
  const bubble = h("div.greeting", { role: "status" });
  launcher.before(bubble); // before its text is set: a region is announced when it changes
  let path = "";
  let seconds = 0;
  /** @type {Set<string>} */
  const refused = new Set(); // pages on which nobody was free

  const look = () => {
    const { chat, connection, unfinished } = visitor;
    if (window.sestetto?.element !== widget || tab.get(SLOT)) return stop();
    if (chat.open() || unfinished || connection.state !== "idle") {
      tab.set(SLOT, "1"); // the visitor has found the chat
      return stop();
    }
    if (location.pathname !== path) {
      path = location.pathname;
      seconds = 0;
    }
    if (document.hidden || launcher.hidden || !visitor.team?.online || refused.has(path)) return;
    seconds++;
    const due = widget.greetings?.shown.find(
      (one) => one.after <= seconds && !dismissed.includes(one.id) && fits(one, path),
    );
    if (due) ask(due);
  };
  const timer = setInterval(look, 1000);
  const stop = () => {
    clearInterval(timer);
    shut();
  };

  /** @param {Greeting} greeting */
  const ask = async (greeting) => {
    refused.add(path); // one request per page
    const answer = await fetch(`${visitor.base}widget/free?${visitor.query()}`).catch(() => null);
    // No destructuring: the minifier would put it before the constant it needs.
    const told = /** @type {{free: boolean} | null} */ (answer?.ok ? parse(await answer.text()) : null);
    if (!told?.free || tab.get(SLOT) || visitor.connection.state !== "idle") return;
    tab.set(SLOT, "1");
    clearInterval(timer);
    show(greeting);
  };

  const shut = () => {
    const held = bubble.contains(widget.shadowRoot.activeElement);
    bubble.remove();
    if (held) launcher.focus();
  };

  /** @param {Greeting} greeting */
  const show = ({ id, text }) => {
    const dismiss = () => {
      shelf.set(SLOT, [...dismissed, id].join(" ").trim());
      shut();
    };
    const begin = () => {
      bubble.remove();
      visitor.more = bare({ ...visitor.more, greeting: id });
      visitor.greeting = text;
      widget.on("chat", () => {
        visitor.more = bare({ ...visitor.more, greeting: undefined });
        visitor.greeting = "";
      });
      widget.open();
    };
    bubble.onkeydown = (event) => {
      if (event.key === "Escape") dismiss();
    };
    bubble.append(button("words", begin, text), button("plain", dismiss, { ariaLabel: t("Dismiss") }, "×"));
    widget.on("open", () => bubble.remove());
    widget.tell("greeting", { id });
  };
}
