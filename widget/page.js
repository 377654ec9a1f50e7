import { bare, cut } from "./dom.js";

let ours = ""; // the unread count that we have put before the title

/** An address without query and fragment, except for the parameters the site lists. @param {string} address @param {string[]} parameters */
function plain(address, parameters) {
  if (!address) return "";
  const url = new URL(address);
  for (const name of [...url.searchParams.keys()]) if (!parameters.includes(name)) url.searchParams.delete(name);
  return (url.origin + url.pathname + url.search).slice(0, 2000);
}

function title() {
  return document.title.startsWith(ours) ? document.title.slice(ours.length) : document.title;
}

/** The visitor's page, as the protocol's `page`. @param {string[]} parameters */
export function page(parameters) {
  return bare({
    url: plain(location.href, parameters),
    title: cut(title(), 300),
    referrer: plain(document.referrer, []),
  });
}

/** Puts "(2) " before the title, or removes it. @param {number} unread */
export function count(unread) {
  const rest = title();
  ours = unread ? `(${unread}) ` : "";
  if (document.title !== ours + rest) document.title = ours + rest;
}
