// Times in the reader's own time zone and format.

/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const STYLES = {
  time: { timeStyle: "medium" },
  hour: { timeStyle: "short" },
  date: { dateStyle: "medium" },
  short: { dateStyle: "medium", timeStyle: "short" },
  medium: { dateStyle: "medium", timeStyle: "medium" },
};

/** @type {Map<string, Intl.DateTimeFormat>} creating one takes longer than using it a thousand times */
const formats = new Map();

/** @param {string} style */
function formatOf(style) {
  let format = formats.get(style);
  if (!format) {
    format = new Intl.DateTimeFormat(readerLocale(), STYLES[style] ?? STYLES.medium);
    formats.set(style, format);
  }
  return format;
}

/**
 * Turn each `<time data-at="ms">` under `root` into local time, once per element.
 * @param {ParentNode} root
 */
export function localTimes(root) {
  for (const time of root.querySelectorAll("time[data-at]:not([data-local])")) {
    const at = new Date(Number(time.getAttribute("data-at")));
    time.textContent = formatOf(time.getAttribute("data-style") ?? "").format(at);
    time.setAttribute("data-local", "");
  }
}

/** Use the reader's region if it fits the page's language: 14:02 in Britain, 2:02 PM in the US. */
export function readerLocale() {
  const lang = document.documentElement.lang;
  return navigator.languages.find((one) => one.split("-")[0] === lang) ?? lang;
}

/** Each `<time data-zone>` under `root` shows the current time there. @param {ParentNode} root */
export function zoneTimes(root) {
  for (const time of root.querySelectorAll("time[data-zone]")) {
    const timeZone = time.getAttribute("data-zone") ?? "UTC";
    try {
      time.textContent = new Intl.DateTimeFormat(readerLocale(), { timeStyle: "short", timeZone }).format(new Date());
    } catch {
      time.textContent = ""; // a zone that this browser does not know yet
    }
  }
}
