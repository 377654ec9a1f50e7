// Browser storage per tab or per browser. If it is full or forbidden, values are not kept, but everything works. Data
// of chats is kept per member, because the next person who signs in on the same machine must not get it.

const PERSONAL = "sestetto.of.";
const mine = `${PERSONAL}${document.body?.dataset.me ?? ""}.`;

/** @param {() => Storage} storage @param {string} prefix */
function storageOf(storage, prefix) {
  /** @type {Map<string, string>} */
  const memory = new Map();
  return {
    /** @template T @param {string} name @param {T} fallback @returns {T} */
    read(name, fallback) {
      try {
        const text = storage().getItem(prefix + name) ?? memory.get(name);
        return text == null ? fallback : JSON.parse(text);
      } catch {
        const text = memory.get(name);
        return text == null ? fallback : JSON.parse(text);
      }
    },
    /** @param {string} name @param {unknown} value undefined forgets it */
    write(name, value) {
      const text = value === undefined ? undefined : JSON.stringify(value);
      try {
        if (text === undefined) storage().removeItem(prefix + name);
        else storage().setItem(prefix + name, text);
        memory.delete(name);
      } catch {
        if (text === undefined) memory.delete(name);
        else memory.set(name, text);
      }
    },
  };
}

/** The member's data, for this tab, across reloads. */
export const tab = storageOf(() => sessionStorage, mine);
/** The member's data, for this browser, until they sign out. */
export const own = storageOf(() => localStorage, mine);
/** For this browser, permanently, for every user: settings, nothing of a chat. */
export const browser = storageOf(() => localStorage, "sestetto.");

/** The member signs out: delete all data of chats from this tab and browser. */
export function forgetPersonal() {
  for (const storage of [() => localStorage, () => sessionStorage]) {
    try {
      for (const name of Object.keys(storage())) if (name.startsWith(PERSONAL)) storage().removeItem(name);
    } catch {
      // forbidden, so nothing was kept
    }
  }
}
