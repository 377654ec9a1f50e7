// The grey completion after the typed text. It lies over the box, with the same font and the same lines.

const JOINS = /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Nko}\p{Script=Mongolian}]/u; // letters that change shape

export class CompletionText {
  /** @param {HTMLTextAreaElement} box in an element that is positioned @param {() => void} resize called when it needs less space */
  constructor(box, resize) {
    this.box = box;
    this.resize = resize;
    this.typed = "";
    this.rest = "";
    this.root = document.createElement("div");
    this.root.className = "completion";
    this.root.setAttribute("aria-hidden", "true"); // it is announced when the person pauses
    this.root.dir = "auto";
    this.root.hidden = true;
    this.before = document.createElement("span");
    this.before.className = "typed";
    this.shown = document.createElement("span");
    this.shown.className = "rest";
    this.hint = document.createElement("kbd");
    this.hint.textContent = "Tab";
    this.root.append(this.before, document.createElement("wbr"), this.shown, this.hint);
    box.after(this.root);
    box.addEventListener("scroll", () => this.scroll(), { passive: true });
    new ResizeObserver(() => !this.root.hidden && this.place(this.most)).observe(box);
    this.most = 0; // lines of the box
  }

  /** @param {string} rest @param {boolean} hinting whether the key is shown behind it */
  show(rest, hinting) {
    this.typed = this.box.value;
    this.rest = rest;
    this.hint.hidden = !hinting;
    this.root.hidden = false;
    this.resize();
  }

  hide() {
    if (this.root.hidden) return;
    this.root.hidden = true;
    this.rest = "";
    this.resize();
  }

  /** After a change of the box: completed characters are no longer grey, any other change ends it. @param {number} most lines of the box */
  follow(most) {
    this.most = most;
    if (this.root.hidden) return;
    const { value } = this.box;
    const added = value.slice(this.typed.length);
    const goesOn = value.startsWith(this.typed) && this.rest.startsWith(added) && added !== this.rest;
    if (!goesOn) {
      this.root.hidden = true;
      this.rest = "";
      return;
    }
    this.typed = value;
    this.rest = this.rest.slice(added.length);
    this.draw();
    this.place(most);
  }

  draw() {
    const [last, first] = [[...this.typed].at(-1) ?? "", [...this.rest][0]];
    const joined = JOINS.test(last) && JOINS.test(first);
    // The typed text keeps the shape that it has in the box, and its place in the line.
    this.before.textContent = this.typed + (joined ? "\u200c" : "");
    this.shown.textContent = (joined ? "\u200d" : "") + this.rest;
    const wbr = /** @type {HTMLElement} */ (this.before.nextElementSibling);
    wbr.hidden = /\s$/u.test(this.typed) || /^\s/u.test(this.rest);
    this.root.lang = this.box.lang;
  }

  /** Show it over the box, which grows for it up to so many lines. @param {number} most */
  place(most) {
    const { box, root } = this;
    const frame = box.offsetParent;
    if (!frame) return; // hidden
    // Fractions of a pixel count: offsetLeft and clientWidth are rounded, which can break a line elsewhere.
    const at = box.getBoundingClientRect();
    const around = frame.getBoundingClientRect();
    root.style.left = `${at.left - around.left - frame.clientLeft + box.clientLeft}px`;
    root.style.top = `${at.top - around.top - frame.clientTop + box.clientTop}px`;
    root.style.width = `${at.width - (box.offsetWidth - box.clientWidth)}px`;
    root.style.height = "auto";
    const line = parseFloat(getComputedStyle(box).lineHeight);
    const more = Math.ceil((root.scrollHeight - box.clientHeight) / line);
    if (more > 0 && box.rows < most) box.rows = Math.min(most, box.rows + more);
    root.style.height = `${box.clientHeight}px`;
    this.scroll();
  }

  scroll() {
    if (!this.root.hidden) this.root.scrollTop = this.box.scrollTop;
  }
}
