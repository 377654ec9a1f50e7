import { bare, button, h, load, write } from "./dom.js";
import { loadLazy } from "./forms.js";
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

/** The launcher, and behind it the panel, which is made at the first opening. */
export class Widget extends HTMLElement {
  /** @type {Record<string, Listener[]>} */
  #acts = bare(); // event -> what the page wants called
  #gone = new AbortController();
  /** @type {string[]} */
  #languages = [];

  /** `base` is the server's address with a slash at the end; `given` the script's `data-` values. @param {string} base @param {Options} given */
  begin(base, { site, theme, locale, closed }) {
    this.dataset.theme = theme || "auto";
    this.closed = closed;
    speak(locale || document.documentElement.lang || navigator.language);
    const visitor = (this.visitor = new Visitor(
      base,
      site,
      () => this.changed(),
      (event, detail) => this.tell(event, detail),
    ));
    const root = this.attachShadow(bare({ mode: "open" }));
    this.#style(STYLE); // the text of widget.css, put in front by the server
    this.badge = h("span.badge");
    this.launcher = button("launcher", () => this.toggle(), h("i"), this.badge);
    root.append(this.launcher);
    for (const kind of ["keydown", "keypress", "keyup"])
      root.addEventListener(kind, (event) => event.stopPropagation()); // not the page's shortcuts
    this.#listen();
    this.#paint();
    this.draw();
    if (visitor.unfinished) visitor.connection.start();
    if (visitor.unfinished && visitor.tab.get("open")) this.open(true);
    setTimeout(() => this.#ask()); // after the calls that were made before us
    return this;
  }

  /** Into the body, once there is one; and back into it when a framework has swapped it and taken us with it. */
  place() {
    if (!this.isConnected && !this.#gone.signal.aborted) document.body?.append(this);
  }

  disconnectedCallback() {
    setTimeout(() => this.place());
  }

  // --- the page's verbs ------------------------------------------------------------------

  /** @param {boolean} [quietly] */
  open(quietly) {
    if (this.#shown()) return;
    if (this.visitor.left) this.visitor.fresh(); // another message
    this.visitor.tab.set("open", "1");
    this.visitor.connection.start();
    this.#unfold();
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

  /** @param {Identity | Profile} given */
  identify(given) {
    this.visitor.identify(given);
  }

  /** @param {Profile & {text?: string}} given */
  prefill({ text, ...given }) {
    Object.assign(this.visitor.profile, given);
    if (text) this.visitor.back = text;
    this.#renew();
  }

  /** @param {Settings} given */
  set({ theme, locale, tags, fields, ...given }) {
    if (theme) this.dataset.theme = theme;
    if (locale) speak(locale);
    if (tags) fields = { ...fields, tags: tags.join(", ") };
    if (fields) /** @type {Settings} */ (given).fields = { ...this.visitor.profile.fields, ...fields };
    this.visitor.set(given);
    if (given.queue) this.#ask();
    this.#paint();
    this.#learn();
  }

  /** Opens with this text in the composer; the visitor sends it. @param {string} text */
  message(text) {
    this.visitor.back = text;
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

  /** Calls `act(detail)` at every event of that name. @param {string} event @param {Listener} act */
  on(event, act) {
    this.#acts[event] = [...(this.#acts[event] || []), act];
    if (event === "ready") act();
  }

  // ---------------------------------------------------------------------------------------

  /** @param {string} event @param {unknown} [detail] */
  tell(event, detail) {
    for (const act of this.#acts[event] || []) setTimeout(act, 0, detail);
  }

  /** Draws once, however much changed in this turn of the loop. */
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

  /** A panel anew, in the language of now. */
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
      if (this.closed) this.#ask();
      this.changed();
    };
    on(window, "online", back);
    on(window, "offline", back);
    on(window, "pageshow", back);
    on(document, "visibilitychange", back);
    on(window, "storage", (event) => visitor.heard(/** @type {StorageEvent} */ (event).key));
    on(window.visualViewport, "resize", () => this.#fit());
    on(window.visualViewport, "scroll", () => this.#fit());
  }

  /** On phones the panel fills what the keyboard leaves free. */
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
      () => this.changed(),
      () => {},
    ); // without it there is no survey
    if (await learn(base, this.#languages)) this.#renew();
  }

  /** @param {string} text */
  #style(text) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    this.shadowRoot.adoptedStyleSheets.push(sheet);
  }

  /** Whether somebody is there, and how the site looks: one cached request, nothing of the visitor in it. */
  async #ask() {
    const { visitor } = this;
    try {
      // One expression: the minifier would put a destructuring with parentheses before the constant it needs.
      const { online, back_at, name, accent, on_accent, languages, parameters, privacy_url } =
        /** @type {Availability} */ (await load(`${visitor.base}widget/availability?${visitor.query()}`));
      if (visitor.connection.state !== "open") visitor.team = bare({ online, back_at });
      visitor.parameters = parameters || [];
      visitor.privacy ||= privacy_url;
      this.heading = name;
      this.#languages = languages;
      if (accent) this.look({ accent, on: on_accent });
      this.tell("availability", { online });
      this.changed();
      this.#learn();
    } catch (problem) {
      this.tell("error", { code: "availability", message: String(problem) });
    }
  }
}

function start() {
  const script = /** @type {HTMLScriptElement | null} */ (
    document.querySelector('script[data-site][src*="/widget.js"]')
  );
  const early = window.sestetto;
  if (!script || early?.element) return;
  if (!customElements.get(NAME)) customElements.define(NAME, Widget);
  const element = /** @type {Widget} */ (document.createElement(NAME)).begin(
    new URL(".", script.src).href,
    bare(/** @type {DOMStringMap & Options} */ (script.dataset)),
  );
  /** @type {Api} */
  const run = (verb, ...given) => /** @type {Verbs} */ (/** @type {unknown} */ (element))[verb]?.(...given);
  run.element = element;
  run.q = { push: (/** @type {Call} */ call) => run(...call) };
  window.sestetto = run;
  element.place();
  document.addEventListener("DOMContentLoaded", () => element.place());
  for (const call of early?.q || []) run(...call);
}

start();
