// Times in the reader's own time zone and manner.

/**
 * Turn each `<time data-at="ms">` under `root` into local time; done once an element.
 * @param {ParentNode} root
 */
export function localTimes(root) {
  const lang = document.documentElement.lang;
  for (const time of root.querySelectorAll('time[data-at]:not([data-local])')) {
    const at = new Date(Number(time.getAttribute('data-at')));
    const style = time.getAttribute('data-style');
    const options = style === 'time' ? { timeStyle: 'medium' } : style === 'date' ? { dateStyle: 'medium' } : { dateStyle: 'medium', timeStyle: 'medium' };
    time.textContent = new Intl.DateTimeFormat(lang, /** @type {Intl.DateTimeFormatOptions} */ (options)).format(at);
    time.setAttribute('data-local', '');
  }
}
