// Shapes that the widget's modules share, and what the server puts in front of them.

import type { AVisitorSays, Team, VisitorFact } from "#protocol";

declare global {
  /** The text of the style sheet: widget.css in the script, later.css in the lazy part. */
  const STYLE: string;
  /** The address of the lazy part, from the server's own on. */
  const LAZY: string;
  /** The addresses of further parts, in the lazy one: files, bots, what comes after a chat, questions before it. */
  const FILES: string;
  const BOTS: string;
  /** The address of the part for what is written, in the lazy part. */
  const WRITING: string;
  /** The address of the emoji, in the part for what is written. */
  const EMOJIS: string;
  const ENDING: string;
  const QUESTIONS: string;
  /** Adds a style sheet, in a part. */
  const style: (text: string) => void;

  interface Window {
    sestetto?: Api | Early;
  }
}

declare module "./forms.js" {
  interface Writing {
    /** The form around it. */
    form: HTMLFormElement;
  }
}

declare module "./widget.js" {
  /** What `begin` and the first opening make. */
  interface Widget {
    visitor: import("./visitor.js").Visitor;
    panel: import("./view.js").Panel;
    launcher: HTMLButtonElement;
    badge: HTMLElement;
    shadowRoot: ShadowRoot;
    /** `data-closed`: with "hide" nothing is shown while nobody is there. */
    closed?: string;
    concealed?: boolean;
    unread?: number;
    drawing?: number;
    asking?: number;
    heading: string;
    /** What the site says beside the launcher, and the part that does. */
    greetings?: { part: string; shown: import("./types.js").Greeting[] };
    greeter?: Promise<void>;
  }
}

declare module "./view.js" {
  interface Panel {
    /** What a bot has written so far, and where that is drawn. */
    stream?: import("#protocol").Streaming;
    streamed?: HTMLElement;
    /** The button that asks for a person. */
    person?: HTMLButtonElement;
    /** What the part for files does with those that are pasted; the guard keeps the event itself from everybody. */
    paste?: (event: ClipboardEvent) => unknown;
    /** Its list of files under way. */
    tray?: HTMLElement;
    /** Whether the questions before the chat are answered; says what is missing. Made by their part. */
    ready?: () => boolean;
  }
}

declare module "./visitor.js" {
  /** What a welcome assigns. */
  interface Visitor {
    /** ms that the server's clock is ahead. */
    skew: number;
    /** What proves who it is, as the page gave it. */
    identity?: import("./visitor.js").Claims | "";
    /** Made by identity.js. */
    $stream?: (frame: import("#protocol").Streaming) => void;
    $identified?: (frame: import("#protocol").Identified) => void;
    /** Ends what says that somebody types. */
    quiet?: ReturnType<typeof setTimeout>;
    /** Whether agents see what is typed. */
    typing_preview?: boolean;
    /** The address of the privacy notice. */
    privacy_url?: string;
    /** What the site allows in its texts: "formatting", "emoji"; "transcript" if it may be had by mail. */
    features?: string[];
    /** What is asked before a chat; without it nothing. */
    questions?: import("#protocol").QuestionAsked[] | null;
    /** The greeting that was clicked, with what its site is called. */
    greeting?: string;
    /** What files the site allows; without it none. */
    files?: import("#protocol").FilesAllowed | null;
  }
}

/** `sestetto(verb, …)` of the page. */
export type Call = [verb: string, ...given: unknown[]];
/** What a page puts there before the script has come: calls to be made. */
export interface Early {
  element?: undefined;
  q?: Call[];
}
export interface Api {
  (...call: Call): void;
  element: HTMLElement;
  q: { push: (call: Call) => void };
}

/** The element that `h("p.said")` makes. */
export type ElementFor<K extends string> = K extends `${infer T}.${string}`
  ? ElementFor<T>
  : K extends keyof HTMLElementTagNameMap
    ? HTMLElementTagNameMap[K]
    : HTMLElement;

/** A child, properties of the element, or nothing. */
export type Part<E> = Node | string | Partial<E> | false | 0 | null | undefined;

/** What the page and the forms say of the visitor. */
export interface Profile {
  name?: string;
  email?: string;
  queue?: string;
}

/** A command in the outbox. */
export type Command = Extract<AVisitorSays, { cid: string }> & { text?: string };

/** What `sestetto("set", …)` takes. */
export interface Settings extends Profile {
  theme?: string;
  locale?: string;
  fields?: unknown;
  tags?: unknown;
}

/** One line of the log; without `side` it says what happened. */
export interface Line {
  key: string | number;
  text: string;
  side?: "them" | "me";
  name?: string;
  at?: number;
  state?: string;
  pending?: boolean;
}

/** The `data-` values of the script, and what `availability` answers. */
export interface Options {
  site: string;
  theme?: string;
  locale?: string;
  closed?: string;
}
export interface Availability extends Team {
  languages: string[];
  name: string;
  accent?: string;
  on_accent?: string;
  parameters?: string[];
  privacy_url?: string;
  labels?: Record<string, string>;
  greetings?: { part: string; shown: Greeting[] };
}

/** What is said after so many seconds on a page. */
export interface Greeting {
  id: string;
  text: string;
  after: number;
  pages?: string[];
}

/** What the part for what is written puts into the lazy ones: how a text is drawn. */
export interface Worded {
  linked: (text: string) => (string | Node)[];
}

/** A public fact as the visitor's log keeps it. */
export type Fact = VisitorFact;
