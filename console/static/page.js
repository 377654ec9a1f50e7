// Every page: theme and language, and times in the reader's own time zone.

const YEAR = 365 * 24 * 3600;

/** @param {string} name @param {string} value */
function remember(name, value) {
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
}

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

const form = document.querySelector('#preferences');
if (form instanceof HTMLFormElement) {
  form.hidden = false;
  form.addEventListener('change', (event) => {
    const field = event.target;
    if (!(field instanceof HTMLSelectElement)) return;
    remember(`sestetto_${field.name}`, field.value);
    if (field.name === 'theme') document.documentElement.dataset.theme = field.value;
    else location.reload();
  });
  form.addEventListener('submit', (event) => event.preventDefault());
}
localTimes(document);
