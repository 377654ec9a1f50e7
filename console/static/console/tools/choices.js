// A list to choose from while the focus stays in a text box: arrows move, and the box names the current item.

const PAGE = 8; // rows

/** @template T */
export class Choices {
  /**
   * @param {HTMLElement} list role listbox, with an id
   * @param {{row: (item: T) => HTMLElement, picked: (item: T) => void}} on
   */
  constructor(list, on) {
    this.list = list;
    this.on = on;
    /** @type {T[]} */
    this.items = [];
    this.at = -1;
    /** @type {HTMLElement | null} */
    this.box = null;
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the focus in the box
    list.addEventListener("click", (event) => {
      const option = event.target instanceof Element ? event.target.closest('[role="option"]') : null;
      const index = option ? [...list.children].indexOf(option) : -1;
      if (index >= 0) this.on.picked(this.items[index]);
    });
  }

  /** @param {HTMLElement} box that has the focus while the list is open */
  open(box) {
    this.box = box;
    box.setAttribute("aria-controls", this.list.id);
  }

  close() {
    this.box?.removeAttribute("aria-activedescendant");
    this.box?.removeAttribute("aria-controls");
    this.box = null;
  }

  /** @param {T[]} items @param {number} [at] the current one */
  draw(items, at = 0) {
    this.items = items;
    this.list.replaceChildren(...items.map((item, index) => this.option(item, index)));
    this.go(items.length ? Math.min(at, items.length - 1) : -1);
  }

  /** @param {T} item @param {number} index */
  option(item, index) {
    const row = this.on.row(item);
    row.id = `${this.list.id}-${index}`;
    row.setAttribute("role", "option");
    return row;
  }

  /** @param {number} index */
  go(index) {
    this.at = index;
    for (const [at, row] of [...this.list.children].entries()) row.setAttribute("aria-selected", String(at === index));
    const row = this.list.children[index];
    if (!row) return this.box?.removeAttribute("aria-activedescendant");
    this.box?.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
  }

  /** The current item. @returns {T | undefined} */
  get chosen() {
    return this.items[this.at];
  }

  /** Moves by arrows and pages. @param {KeyboardEvent} event @returns {boolean} whether the key was one of these */
  key(event) {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE }[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return false;
    const last = this.items.length - 1;
    if (last < 0) return true;
    const next = this.at + by;
    if (Math.abs(by) === 1) this.go(next < 0 ? last : next > last ? 0 : next);
    else this.go(Math.max(0, Math.min(last, next)));
    return true;
  }
}
