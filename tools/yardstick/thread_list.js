// The look of most chat products, laid over the real console for comparison: a list of conversations with an unread dot
// and the last line, newest activity first, and one thread at a time, without clocks. What is typed goes through the
// real composer.

(() => {
  const OPENS = [150, 300]; // ms until a thread is open
  const style = document.createElement("style");
  style.textContent = `
    .minis, .clock, .pane::after, .m .took, .suggested { display: none !important; }
    .desk > main > .panes { display: block !important; position: absolute; inset-block: 60px 0; inset-inline: 380px 0;
      block-size: auto !important; padding: 8px; }
    .pane { block-size: 100%; }
    .pane:not([data-thread]) { display: none !important; }
    #threads { position: absolute; inset-block: 60px 0; inset-inline: 0 auto; inline-size: 380px; overflow: auto; }
    #threads button { display: grid; grid-template-columns: 18px 1fr; inline-size: 100%; text-align: start;
      padding: 12px; border: 0; border-block-end: 1px solid #ccc; background: none; color: inherit; font: inherit; }
    #threads [aria-current="true"] { background: #dde8f7; }
    #threads .unread b { font-weight: 800; }
    #threads .unread i { inline-size: 10px; block-size: 10px; border-radius: 50%; background: #06c; }
    #threads span { grid-column: 2; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; color: #555; }`;
  document.head.append(style);
  const list = Object.assign(document.createElement("div"), { id: "threads" });
  document.body.append(list);
  const panes = [...document.querySelectorAll(".pane")];
  const read = new Map();
  const changed = new Map();
  let open = "";
  let opening = false;
  let rows = [];

  const chatOf = (pane) => pane.querySelector(".who").dataset.chat;
  const paneOf = (chat) => panes.find((pane) => chatOf(pane) === chat);

  function show(pane) {
    for (const one of panes) one.toggleAttribute("data-thread", one === pane);
    pane?.querySelector(".composer:not([data-ended]) textarea")?.focus();
  }

  function openThread(chat) {
    open = chat;
    opening = true;
    show(null);
    setTimeout(() => {
      opening = false;
      show(paneOf(chat));
      draw();
    }, OPENS[0] + Math.random() * (OPENS[1] - OPENS[0]));
  }

  function rowOf(pane) {
    const chat = chatOf(pane);
    const lines = [...pane.querySelectorAll(".talk li.m.visitor, .talk li.m.agent")];
    const last = lines.at(-1);
    const seq = Number(lines.findLast((line) => line.dataset.by === "visitor")?.dataset.seq ?? 0);
    if (last && changed.get(chat)?.id !== last.id) changed.set(chat, { id: last.id, at: performance.now() });
    if (chat === open && !opening) read.set(chat, seq);
    return {
      chat,
      slot: Number(pane.dataset.slot),
      name: pane.querySelector("h2").textContent.trim(),
      last: last?.querySelector("p").textContent ?? "",
      unread: seq > (read.get(chat) ?? 0),
    };
  }

  function button(row) {
    const made = Object.assign(document.createElement("button"), { type: "button" });
    made.append(document.createElement("i"), document.createElement("b"), document.createElement("span"));
    made.dataset.chat = row.chat;
    made.addEventListener("click", () => row.chat !== open && openThread(row.chat));
    return made;
  }

  function draw() {
    rows = panes.filter(chatOf).map(rowOf);
    if (!rows.some((row) => row.chat === open)) open = "";
    rows.sort((a, b) => (changed.get(b.chat)?.at ?? 0) - (changed.get(a.chat)?.at ?? 0));
    const known = new Map([...list.children].map((one) => [one.dataset.chat, one]));
    for (const [place, row] of rows.entries()) {
      const one = known.get(row.chat) ?? button(row);
      known.delete(row.chat);
      one.className = row.unread ? "unread" : "";
      one.setAttribute("aria-current", String(row.chat === open));
      one.children[1].textContent = row.name;
      one.children[2].textContent = row.last;
      if (list.children[place] !== one) list.insertBefore(one, list.children[place] ?? null);
    }
    for (const one of known.values()) one.remove();
  }

  let soon = 0;
  new MutationObserver(() => {
    clearTimeout(soon);
    soon = setTimeout(draw, 10);
  }).observe(document.getElementById("panes"), { childList: true, subtree: true, characterData: true });
  draw();
  window.threadList = {
    rows: () => rows,
    open: () => Number(paneOf(open)?.dataset.slot ?? 0),
    loading: () => opening,
  };
})();
