// What the person sees: only what is drawn. Called by agent.py in the console's page. The observer below runs before the
// page's own scripts and notes when a visitor's line first appeared in the page.

(() => {
  /** @type {Map<string, number>} */
  const born = new Map();
  const now = () => performance.timeOrigin + performance.now();
  const drawn = (element) => Boolean(element && !element.hidden && element.getClientRects().length);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) {
        if (!(node instanceof Element)) continue;
        const lines = node.matches("li.m") ? [node] : node.querySelectorAll("li.m");
        for (const line of lines) if (!born.has(line.id)) born.set(line.id, now());
      }
    }
  }).observe(document, { childList: true, subtree: true });

  /** The content of a pane. @param {HTMLElement} pane */
  function look(pane) {
    const who = pane.querySelector(".who");
    const clock = pane.querySelector("header > .clock");
    const box = pane.querySelector(".composer:not([data-ended]) textarea");
    const typing = pane.querySelector(".typing");
    const scroll = pane.querySelector(".scroll").getBoundingClientRect();
    const lines = [...pane.querySelectorAll(".talk li.m")];
    const answered = lines.findLastIndex((line) => line.dataset.by === "agent" && !line.dataset.promise);
    const unread = lines
      .slice(answered + 1)
      .filter((line) => line.dataset.by === "visitor")
      .map((line) => {
        const place = line.getBoundingClientRect();
        return {
          text: line.querySelector("p").textContent,
          born: born.get(line.id) ?? now(),
          inView: place.bottom > scroll.top + 4 && place.top < scroll.bottom - 4 && place.height > 0,
        };
      });
    return {
      slot: Number(pane.dataset.slot),
      drawn: drawn(pane),
      chat: who.dataset.chat,
      place: who.dataset.place,
      name: who.querySelector("h2").textContent.trim(),
      clock: clock.dataset.kind,
      state: clock.dataset.state,
      digits: clock.querySelector(".digits").textContent,
      unread,
      typing: drawn(typing) ? typing.textContent : "",
      box: box?.value ?? "",
      suggested: [...pane.querySelectorAll(".suggested:not([hidden]) .text")].map((one) => one.textContent),
      completion: [...pane.querySelectorAll(".composer:not([data-ended]) .completion .rest")].find(drawn)?.textContent ?? "",
      focused: pane.contains(document.activeElement),
    };
  }

  window.eyes = {
    look() {
      const active = document.activeElement;
      const left = document.getElementById("wrapups-open");
      const panes = [...document.querySelectorAll(".pane")].map(look);
      return {
        panes,
        focus: panes.find((one) => one.focused)?.slot ?? 0,
        typing: active instanceof HTMLTextAreaElement,
        choosing: active instanceof HTMLInputElement && active.type === "radio",
        reasonsLeft: Number(drawn(left) ? left.querySelector("b").textContent : 0),
        reasonsOpen: document.getElementById("wrapups").matches(":popover-open"),
        rows: window.threadList?.rows() ?? [],
        open: window.threadList?.open() ?? 0,
        loading: window.threadList?.loading() ?? false,
      };
    },
    /** The first row of the menu of canned replies. */
    menu() {
      const menu = document.getElementById("canned");
      return menu?.matches(":popover-open") ? (menu.querySelector('[aria-selected="true"] b')?.textContent ?? "") : "";
    },
    taken: () => [...document.querySelectorAll(".pane .who")].filter((who) => who.dataset.chat).length,
    middle(selector) {
      const found = document.querySelector(selector);
      if (!drawn(found)) return null;
      const place = found.getBoundingClientRect();
      return [place.x + place.width / 2, place.y + place.height / 2];
    },
  };
})();
