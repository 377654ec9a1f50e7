import { bare, button, cut, h, parse, warn, write } from "./dom.js";
import { lazy, loadLazy } from "./forms.js";
import { direction, learn, speak, t, words } from "./i18n.js";
import { count } from "./page.js";
import { Panel } from "./view.js";
import { Visitor } from "./visitor.js";

/**
 * @import { Api, Availability, Call, Options, Profile, Settings } from "./types.js"
 * @import { Identity } from "./visitor.js"
 * @typedef {(detail?: unknown) => void} Listener
 * @typedef {Record<string, ((...given: unknown[]) => void) | undefined>} Verbs
 */

const NAME = "sestetto-widget";

/** The launcher, and the panel behind it, which is created on first opening. */
export class Widget extends HTMLElement {
  /** @type {Record<string, Listener[]>} */
  #acts = bare(); // event -> the page's listeners
  #gone = new AbortController();
  /** @type {string[]} */
  #languages = [];
  /** @type {(() => void) | undefined} */
  #placed;
  #swaps = false;

  /** `base` is the server's address with a slash at the end; `given` the script's `data-` values. @param {string} base @param {Options} given */
  begin(base, { site, theme, locale, closed }) {
    this.dataset.theme = theme || "auto";
    this.closed = closed;
    speak(locale, document.documentElement.lang, navigator.language);
    const visitor = (this.visitor = new Visitor(
      base,
      site,
      () => this.changed(),
      (event, detail) => this.tell(event, detail),
      () => this.#ask(),
    ));
    visitor.locale = cut(locale ? words.locale : navigator.language, 35);
    const root = this.attachShadow(bare({ mode: "open" }));
    this.#style(STYLE); // the text of widget.css, inserted by the server
    this.badge = h("span.badge");
    this.launcher = button("launcher", () => this.toggle(), h("i"), this.badge);
    root.append(this.launcher);
    for (const kind of ["keydown", "keypress", "keyup"])
      root.addEventListener(kind, (event) => event.stopPropagation()); // keep the page's shortcuts out
    this.#listen();
    this.#paint();
    this.draw();
    if (visitor.unfinished) visitor.connection.start();
    if (visitor.unfinished && visitor.tab.get("open")) this.open(true);
    setTimeout(() => this.#ask()); // after the calls that were queued earlier
    return this;
  }

  /**
   * Put the element into the page, and back when a framework has swapped the body and removed it. On pages that do
   * this, the open widget is placed next to the body, so that swaps and morphs do not interrupt typing. So it is where
   * the body is transformed or filtered: what is fixed within would scroll with the page. Elsewhere, and before the
   * page is complete, it stays in the body.
   */
  place() {
    const { body, documentElement, readyState } = document;
    const swaps = this.#swaps || "Turbo" in window || "htmx" in window;
    const beside = readyState === "complete" && ((swaps && this.#shown()) || this.offsetParent);
    const home = beside ? documentElement : body;
    const well = this.isConnected && (home !== documentElement || this.parentNode === home || this.panel?.held());
    if (well || this.#gone.signal.aborted) return;
    home?.append(this);
    this.#placed?.();
  }

  /** Copies of our element, which page caches make, were never started. */
  connectedCallback() {
    if (this.visitor) this.place();
    else this.remove();
  }

  disconnectedCallback() {
    if (!this.visitor) return;
    this.#swaps = true;
    queueMicrotask(() => this.place()); // before the next key
    setTimeout(() => this.place());
  }

  // --- the page's calls ------------------------------------------------------------------

  /** @param {boolean} [quietly] */
  open(quietly) {
    if (this.#shown()) return;
    if (this.visitor.left) this.visitor.fresh(); // another message
    this.visitor.tab.set("open", "1");
    if (this.visitor.barred) this.#ask();
    else this.visitor.connection.start();
    this.#unfold();
    this.place();
    if (quietly !== true) this.panel.focus();
    this.#learn();
    this.tell("open");
  }

  close() {
    if (!this.#shown()) return;
    this.panel.element.remove();
    this.visitor.tab.set("open", "");
    this.draw();
    this.launcher.focus();
    this.tell("close");
  }

  toggle() {
    if (this.#shown()) this.close();
    else this.open();
  }

  show() {
    this.concealed = false;
    this.draw();
  }

  hide() {
    this.close();
    this.concealed = true;
    this.draw();
  }

  /** @param {Identity} given */
  identify(given) {
    this.visitor.identify(given);
  }

  /** @param {Profile & {text?: string}} given */
  prefill({ text, ...given }) {
    this.visitor.know(given);
    if (text) this.visitor.back = String(text);
    this.#renew();
  }

  /** @param {Settings} given */
  set({ theme, locale, tags, fields, ...given }) {
    this.visitor.told.push(fields, tags && { tags });
    if (theme) this.dataset.theme = theme;
    if (locale) {
      speak(locale, words.locale);
      this.visitor.locale = cut(words.locale, 35);
    }
    this.visitor.set(given);
    if (given.queue || locale) this.#ask();
    this.#paint();
    this.#learn();
  }

  /** Opens with this text in the composer; the visitor has to send it. @param {string} text */
  message(text) {
    this.visitor.back = String(text);
    this.open();
    this.changed();
  }

  logout() {
    this.visitor.logout();
  }

  destroy() {
    this.#gone.abort();
    this.visitor.connection.stop();
    count(0);
    this.remove();
    delete window.sestetto;
  }

  /** Calls `act(detail)` at every event with that name. @param {string} event @param {Listener} act */
  on(event, act) {
    if (typeof act !== "function") throw TypeError();
    this.#acts[event] = [...(this.#acts[event] || []), act];
    if (event === "ready") act();
  }

  // ---------------------------------------------------------------------------------------

  /** @param {string} event @param {unknown} [detail] */
  tell(event, detail) {
    for (const act of this.#acts[event] || []) setTimeout(act, 0, detail);
  }

  /** Draw once, even after many changes in this turn of the event loop. */
  changed() {
    this.drawing ||= setTimeout(() => this.draw());
  }

  draw() {
    const { visitor, launcher, badge } = this;
    const shown = this.#shown();
    clearTimeout(this.drawing);
    this.drawing = 0;
    if (shown) this.panel.draw();
    if (shown && !document.hidden) visitor.look();
    launcher.hidden = this.concealed || (this.closed === "hide" && !shown && !visitor.chat.id && !visitor.team?.online);
    const unread = visitor.chat.unread();
    launcher.ariaLabel = shown
      ? t("Close the chat")
      : t("Open the chat") + (unread ? ", " + t("unread: {unread}", { unread }) : "");
    launcher.ariaExpanded = String(shown);
    write(badge, unread ? String(unread) : "");
    count(unread);
    if (unread !== this.unread) this.tell("unread", (this.unread = unread));
  }

  #shown() {
    return !!this.panel?.element.parentNode;
  }

  /** Create a new panel, in the current language. */
  #unfold() {
    this.panel?.element.remove();
    this.panel = new Panel(
      this.visitor,
      () => this.heading,
      () => this.close(),
    );
    this.shadowRoot.append(this.panel.element);
    this.#fit();
    this.draw();
  }

  #renew() {
    if (!this.#shown()) return;
    const held = this.panel.held();
    this.#unfold();
    if (held) this.panel.focus();
  }

  #listen() {
    const { visitor } = this;
    /** @type {(target: EventTarget | null, kind: string, act: (event: Event) => void) => void} */
    const on = (target, kind, act) => target?.addEventListener(kind, act, bare({ signal: this.#gone.signal }));
    const back = () => {
      if (document.hidden) return;
      visitor.connection.nudge();
      if (this.closed || visitor.barred) this.#ask();
      this.changed();
    };
    for (const kind of ["online", "offline", "pageshow"]) on(window, kind, back);
    on(window, "load", () => this.place());
    on(document, "visibilitychange", back);
    on(window, "storage", (event) => visitor.heard(/** @type {StorageEvent} */ (event).key));
    for (const kind of ["resize", "scroll"]) on(window.visualViewport, kind, () => this.#fit());
  }

  /** On phones the panel fills the space above the on-screen keyboard. */
  #fit() {
    const { height, offsetTop } = /** @type {VisualViewport} */ (window.visualViewport);
    this.look({ height: `${height}px`, top: `${offsetTop}px` });
  }

  /** @param {Record<string, string | undefined>} values */
  look(values) {
    for (const name of Object.keys(values)) this.style.setProperty("--_" + name, /** @type {string} */ (values[name]));
  }

  #paint() {
    this.lang = words.locale;
    this.dir = direction();
  }

  async #learn() {
    const { base } = this.visitor;
    if (!this.#shown()) return;
    loadLazy(base, (text) => this.#style(text)).then(
      (come) => come && this.#enrich(),
      () => {},
    ); // without it the chat is plain
    if (await learn(base, this.#languages)) this.#renew();
  }

  /** The lazy part has loaded. */
  #enrich() {
    const { visitor } = this;
    this.#placed = lazy.guard?.(this, this.#gone.signal);
    if (visitor.told.length) visitor.set({});
    this.changed();
  }

  /** @param {string} text */
  #style(text) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    this.shadowRoot.adoptedStyleSheets.push(sheet);
  }

  /**
   * Ask whether anybody is online, and for the site's looks: one cached request that reveals nothing about the visitor.
   */
  async #ask() {
    const { visitor } = this;
    clearTimeout(this.asking);
    // Somebody may come online.
    if (this.closed === "hide") this.asking = setTimeout(() => document.hidden || this.#ask(), 20000);
    try {
      const answer = await fetch(`${visitor.base}widget/availability?${visitor.query()}&locale=${words.locale}`);
      if (this.#gone.signal.aborted) return;
      if (answer.status === 403 || answer.status === 404) return this.#bar(answer.status === 403);
      // One expression: the minifier would put a destructuring with parentheses before the constant it needs.
      const { online, back_at, name, accent, on_accent, languages, parameters, privacy_url, labels, greetings } =
        /** @type {Availability} */ (parse(await answer.text()));
      if (visitor.barred) {
        visitor.barred = false;
        if (this.#shown()) visitor.connection.start();
      }
      if (visitor.connection.state !== "open") visitor.team = bare({ online, back_at });
      visitor.parameters = parameters || [];
      visitor.privacy_url ||= privacy_url;
      words.said ||= labels; // the launcher's; the others arrive with the first opening
      this.heading = name;
      this.#languages = languages;
      if (accent) this.look({ accent, on: on_accent });
      this.tell("availability", { online });
      this.greetings = greetings;
      if (greetings)
        this.greeter ||= import(visitor.base + greetings.part).then(
          (part) =>
            part
              .default({ bare, button, h, parse, style: (/** @type {string} */ text) => this.#style(text), t })
              .greet(this),
          () => {},
        );
      this.changed();
      this.#learn();
    } catch (problem) {
      this.tell("error", { code: "availability", message: String(problem) });
    }
  }

  /** Not on this page. The browser's console tells the person who embedded it why; visitors see nothing untrue. @param {boolean} listed there is such a site, without this page */
  #bar(listed) {
    const { visitor } = this;
    const { site, base } = visitor;
    const message = `${base} has no site "${site}"` + (listed ? ` for ${origin}` : "");
    if (!visitor.barred) {
      warn("Sestetto:", message, "Settings, Sites.");
      this.tell("error", { code: listed ? "origin" : "site", message });
    }
    visitor.barred = true;
    visitor.team = null;
    visitor.connection.stop("refused");
    this.changed();
  }
}

const SCRIPT = '[src*="/widget.js"]';

/** The script that is running. Tag managers hide it and remove `data-` values; then its URL contains them. */
function find() {
  const { currentScript } = document;
  return currentScript?.matches(SCRIPT)
    ? currentScript
    : document.querySelector("[data-site]" + SCRIPT) || document.querySelector(SCRIPT);
}

function start() {
  const script = /** @type {HTMLScriptElement | null} */ (find());
  const early = window.sestetto;
  if (!script || early?.element) return;
  const { href, searchParams } = new URL(script.src);
  const given = bare({ ...Object.fromEntries(searchParams), ...script.dataset });
  if (!given.site) return warn("Sestetto: no data-site or ?site=");
  if (!customElements.get(NAME)) customElements.define(NAME, Widget);
  const element = /** @type {Widget} */ (document.createElement(NAME)).begin(
    new URL(".", href).href,
    /** @type {Options} */ (/** @type {unknown} */ (given)),
  );
  /** A wrong call is the page's mistake, and does not affect other calls. @param {Call} call */
  const push = (call) => {
    try {
      const [verb, ...given] = call;
      /** @type {Verbs} */ (/** @type {unknown} */ (element))[verb]?.(...given);
    } catch (problem) {
      warn("Sestetto: left out:", call, problem);
    }
  };
  /** @type {Api} */
  const run = (...call) => push(call);
  run.element = element;
  run.q = { push };
  window.sestetto = run;
  element.place();
  document.addEventListener("DOMContentLoaded", () => element.place());
  for (const call of early?.q || []) push(call);
}

start();
