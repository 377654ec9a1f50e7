/**
 * What a chat seldom needs, as a file of its own that is fetched when the widget is opened: so the script that every
 * page loads stays small. `kit` are parts of that script.
 */
export default ({ h, form, lines, clock, t, style }) => {
  style(STYLE); // the text of later.css, put in front by the server

  /** The chat as plain text, to keep. */
  const transcript = (visitor) =>
    lines(visitor)
      .map(({ name, text, at }) => `${clock(at || Date.now(), true)} ${name ? name + ": " : ""}${text}`)
      .join("\n");

  return {
    /** By the old command: the clipboard's own interface is missing on plain HTTP. */
    copy({ visitor, element, summary }) {
      const area = h("textarea", { value: transcript(visitor) });
      element.append(area);
      area.select();
      if (document.execCommand("copy")) visitor.notice = t("The transcript is copied.");
      area.remove();
      summary.focus();
      visitor.changed();
    },

    /** One to five, and a word about it. */
    survey(visitor) {
      const asked = t("Your comment (optional)");
      const comment = h("textarea", { rows: 2, maxLength: 1000, ariaLabel: asked, placeholder: asked });
      const choices = ["1", "2", "3", "4", "5"].map((value) =>
        h("label", h("input", { type: "radio", name: "score", value, required: true }), h("span", value)),
      );
      const made = form(
        "",
        () => visitor.command("rate", { score: +made.elements.score.value, comment: comment.value.trim() }),
        h("fieldset", h("legend", t("How was the chat? 1 is poor, 5 is very good")), h("div.scores", ...choices)),
        comment,
        h("button.main", t("Send")),
      );
      return made;
    },
  };
};
