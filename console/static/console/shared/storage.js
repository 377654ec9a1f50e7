// Browser storage per tab or per browser. If it is full or forbidden, values are not kept, but everything works.

/** @param {() => Storage} storage */
function storageOf(storage) {
  /** @type {Map<string, string>} */
  const memory = new Map();
  return {
    /** @template T @param {string} name @param {T} fallback @returns {T} */
    read(name, fallback) {
      try {
        const text = storage().getItem(`sestetto.${name}`) ?? memory.get(name);
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
        if (text === undefined) storage().removeItem(`sestetto.${name}`);
        else storage().setItem(`sestetto.${name}`, text);
        memory.delete(name);
      } catch {
        if (text === undefined) memory.delete(name);
        else memory.set(name, text);
      }
    },
  };
}

/** For this tab, across reloads. */
export const tab = storageOf(() => sessionStorage);
/** For this browser, permanently. */
export const browser = storageOf(() => localStorage);
