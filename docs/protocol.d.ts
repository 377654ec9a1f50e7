// Generated from protocol.schema.json by tools/protocol.py. What is optional may be left out of a frame.

/** First frame of a socket. `after` is the last seq the client holds of `chat`. */
export interface VisitorHello {
  t: "hello";
  token?: string;
  chat?: string;
  epoch?: string;
  after?: number;
  page?: Page;
  locale?: string;
}

/** Where the visitor is; the address travels without query and fragment. */
export interface Page {
  url?: string;
  title?: string;
  referrer?: string;
}

export interface Identify {
  t: "identify";
  jwt: string;
}

export interface Open {
  t: "open";
  cid: string;
  text: string;
  queue?: string;
  name?: string;
  email?: string;
  fields?: Record<string, string>;
  page?: Page;
}

export interface VisitorSay {
  t: "say";
  cid: string;
  text: string;
}

export interface VisitorTyping {
  t: "typing";
  text?: string;
}

export interface VisitorSeen {
  t: "seen";
  seq: number;
}

export interface SetProfile {
  t: "set";
  cid: string;
  name?: string;
  email?: string;
  fields?: Record<string, string>;
  page?: Page;
  locale?: string;
}

export interface VisitorEnd {
  t: "end";
  cid: string;
}

export interface Rate {
  t: "rate";
  cid: string;
  score: number;
  comment?: string;
}

export interface LeaveMessage {
  t: "leave_message";
  cid: string;
  email: string;
  text: string;
  name?: string;
  page?: Page;
}

export interface VisitorHistory {
  t: "history";
  before: number;
}

export interface Ping {
  t: "ping";
  at: number;
}

/** `recovered`: `facts` continue exactly where the client's `after` stopped. */
export interface VisitorWelcome {
  t: "welcome";
  token: string;
  epoch: string;
  now: number;
  build: string;
  features: Array<string>;
  recovered: boolean;
  team: Team;
  typing_preview?: boolean;
  privacy_url?: string;
  chat?: ChatForVisitor | null;
  facts?: Array<unknown>;
}

/** Whether new chats are taken now; outside the business hours, when (ms) they next are. */
export interface Team {
  online: boolean;
  back_at?: number;
}

/** The visitor's chat as it stands. `last` is the seq of its last public fact. */
export interface ChatForVisitor {
  id: string;
  place: "active" | "ended" | "waiting";
  last: number;
  agent?: string;
  seen?: number;
  promise?: number;
  can_reopen_until?: number;
  rated?: boolean;
}

/** The command is on disk. A resend of the same cid gets the same answer. */
export interface Ack {
  t: "ack";
  cid: string;
  seq: number;
  at: number;
  chat?: string;
}

/** Refused. `final` leaves the client's outbox; otherwise resend after `retry_after` seconds. */
export interface Nack {
  t: "nack";
  cid: string;
  code: string;
  message: string;
  final: boolean;
  retry_after?: number;
}

/** A public fact. `prev` is the seq of the public fact before it: a gap is seen. */
export interface VisitorFact {
  t: "fact";
  chat: string;
  seq: number;
  prev: number;
  at: number;
  kind: "asked" | "assigned" | "ended" | "message" | "opened" | "rated" | "released" | "reopened" | "transferred";
  by?: string;
  name?: string;
  cid?: string;
  text?: string;
  why?: string;
  promise?: number;
  promised?: "" | "broken" | "kept";
  score?: number;
}

/** Place in line, 1 is next; `wait` is the expected wait in seconds, -1 when nothing is known. */
export interface Line {
  t: "line";
  position: number;
  wait: number;
}

export interface TeamChanged {
  t: "team";
  online: boolean;
  back_at?: number;
}

/** `after` is the last seq the typist had: older than the screen, drop it. */
export interface Typing {
  t: "typing";
  who: string;
  after: number;
  chat?: string;
  text?: string;
}

export interface Seen {
  t: "seen";
  seq: number;
  chat?: string;
}

export interface HistoryPage {
  t: "history";
  facts: Array<unknown>;
  chat?: string;
  more?: boolean;
}

export interface Pong {
  t: "pong";
  at: number;
  now: number;
}

/** A frame that could not be understood; constant per code, and never a trace. */
export interface Error {
  t: "error";
  code: string;
  message: string;
}

/**
 * `have` names the chats on the screen, or that were before a reload, with the last seq of each: what became of those
 * that are no longer held is told by `welcome.went`. `take` moves the console here. Who comes `quiet` is away, and
 * gets no new chats.
 */
export interface AgentHello {
  t: "hello";
  tab: string;
  epoch?: string;
  take?: boolean;
  have?: Record<string, number>;
  quiet?: boolean;
}

export interface SetStatus {
  t: "status";
  cid: string;
  status: "away" | "offline" | "online";
  reason?: string;
}

/**
 * `read` is the last visitor seq on the screen when Enter was pressed: what is answered. `began` is when (ms, server's
 * clock) the first key of the answer was pressed. With `promise` (ms) it is a holding reply: the agent is to be back
 * within that time. `canned` names the canned reply that was sent as it stands.
 */
export interface AgentSay {
  t: "say";
  cid: string;
  chat: string;
  text: string;
  read: number;
  began?: number;
  promise?: 0 | 30000 | 120000 | 300000;
  canned?: string;
}

export interface AddNote {
  t: "note";
  cid: string;
  chat: string;
  text: string;
}

export interface AgentEnd {
  t: "end";
  cid: string;
  chat: string;
}

export interface SkipReply {
  t: "no_reply";
  cid: string;
  chat: string;
}

export interface SaveDraft {
  t: "draft";
  chat: string;
  text: string;
}

/** The chat is drawn. `hidden` while the page is not visible: received, but not seen by eyes. */
export interface Shown {
  t: "shown";
  chat: string;
  seq: number;
  hidden?: boolean;
}

export interface AgentTyping {
  t: "typing";
  chat: string;
}

export interface AgentHistory {
  t: "history";
  chat: string;
  before: number;
}

/** A chat out of the line; the most urgent one of one's lines when none is named. */
export interface Take {
  t: "take";
  cid: string;
  chat?: string;
}

export interface Accept {
  t: "accept";
  cid: string;
  chat: string;
}

export interface Decline {
  t: "decline";
  cid: string;
  chat: string;
}

/** To a queue or to an agent, one of them; the draft goes along. */
export interface Transfer {
  t: "transfer";
  cid: string;
  chat: string;
  queue?: string;
  agent?: string;
  note?: string;
}

/** A colleague may look on and whisper. */
export interface Invite {
  t: "invite";
  cid: string;
  chat: string;
  agent: string;
}

/** The reason for contact and the tags, whole; `done` ends the wrap-up. */
export interface Label {
  t: "label";
  cid: string;
  chat: string;
  reason?: string;
  tags?: Array<string>;
  done?: boolean;
}

/** Look on; `on: false` ends it. For supervisors, and for colleagues who were invited. */
export interface Watch {
  t: "watch";
  chat: string;
  on?: boolean;
}

/** A note from somebody who looks on. */
export interface Whisper {
  t: "whisper";
  cid: string;
  chat: string;
  text: string;
}

/** Who and what a chat can be handed to; answered at once and whenever it changes, until `on: false`. */
export interface FollowColleagues {
  t: "colleagues";
  on?: boolean;
}

/**
 * `chats` are all the agent holds; `recovered` as for the visitor, chat by chat from `have`. `went` tells of those in
 * `have` that are held no longer, `invited` of those the agent may look on at.
 */
export interface AgentWelcome {
  t: "welcome";
  agent: string;
  name: string;
  epoch: string;
  fence: number;
  now: number;
  build: string;
  features: Array<string>;
  status: "away" | "offline" | "online";
  limit: number;
  recovered: boolean;
  n: number;
  chats?: Array<ChatForAgent>;
  went?: Array<Went>;
  invited?: Array<InvitedTo>;
}

/**
 * A chat in one of the agent's slots: `last` is the seq of its last fact, `due` of its open turn (0: none). `until` is
 * when the offer, or the wrap-up, is over; `promise` when the agent promised to be back.
 */
export interface ChatForAgent {
  id: string;
  slot: number;
  queue: string;
  visitor: string;
  name: string;
  last: number;
  due?: number;
  email?: string;
  locale?: string;
  page?: string;
  channel?: string;
  here?: boolean;
  seen?: number;
  draft?: string;
  facts?: Array<unknown>;
  place?: "active" | "offered" | "wrapup";
  until?: number;
  promise?: number;
  reason?: string;
  tags?: Array<string>;
}

/** Where a chat is that the client holds no more: `agent` names who has it, since `at`. */
export interface Went {
  chat: string;
  name: string;
  place: "active" | "ended" | "offered" | "waiting";
  at: number;
  agent?: string;
}

/** A chat that a colleague (`by`) asks the agent to look on at; `name` is the visitor's. */
export interface InvitedTo {
  chat: string;
  name: string;
  queue: string;
  by: string;
}

/** A fact of a held chat, as in `console.events`. */
export interface AgentFact {
  t: "fact";
  n: number;
  fact: unknown;
}

/** A chat has come: answer with `shown`, or it goes back. */
export interface ChatTaken {
  t: "assigned";
  n: number;
  chat: ChatForAgent;
}

/** A chat is offered: answer with `accept` or `decline` before `chat.until`, or it moves on. */
export interface ChatOffered {
  t: "offered";
  n: number;
  chat: ChatForAgent;
}

/**
 * The chat's slot is free. `why` as in the `released`, `withdrawn`, `ended` and `wrapped` facts, or `transferred`. A
 * chat that is wrapped up goes when that is over, not at its end.
 */
export interface ChatGone {
  t: "released";
  n: number;
  chat: string;
  why: string;
}

/** One more chat to look on at (`watch`, `whisper`). */
export interface Invitation {
  t: "invited";
  n: number;
  chat: InvitedTo;
}

/** How the agent stands now. `by` is the id of the supervisor who set it; a limit is the directory's. */
export interface StandingChanged {
  t: "status";
  n: number;
  status: "away" | "offline" | "online";
  limit: number;
  reason?: string;
  by?: string;
}

export interface Colleagues {
  t: "colleagues";
  queues: Array<QueueThere>;
  agents: Array<ColleagueThere>;
}

/** A queue a chat can be handed to: chats in its line, agents online, how many of them have a free slot. */
export interface QueueThere {
  id: string;
  name: string;
  waiting?: number;
  online?: number;
  free?: number;
}

/** Somebody a chat can be handed to: `online` when connected and taking chats, `free` slots. */
export interface ColleagueThere {
  id: string;
  name: string;
  status?: "away" | "offline" | "online";
  reason?: string;
  free?: number;
  queues?: Array<string>;
}

/** A chat that is looked on at: `whole` as it stands, else what happened since. */
export interface WatchDrawn {
  t: "watched";
  chat: string;
  n: number;
  content: string;
  whole?: boolean;
}

/** Nothing more comes of that chat: it has ended, or one may not look any more. */
export interface Unwatched {
  t: "unwatched";
  chat: string;
  why: "ended" | "off";
}

/** The console as it stands: `held` maps chats to slots, `content` redraws the six panes and the strip. */
export interface HtmlWelcome {
  t: "welcome";
  agent: string;
  epoch: string;
  now: number;
  build: string;
  status: "away" | "offline" | "online";
  limit: number;
  recovered: boolean;
  n: number;
  content: string;
  held: Record<string, number>;
  due: Record<string, number>;
  drafts?: Record<string, string>;
  went?: Array<Went>;
}

/** Fragments for htmx. `due` maps chats to the end of their open turn, 0 when none runs; `drafts` to unsent text. */
export interface Html {
  t: "html";
  n: number;
  content: string;
  due?: Record<string, number>;
  drafts?: Record<string, string>;
}

/** First frame of a socket; `wall` is the board to look at from afar. */
export interface BoardHello {
  t: "hello";
  wall?: boolean;
}

/** The chat becomes one's own: the supervisor's console must be connected and have a free slot. */
export interface TakeOver {
  t: "take_over";
  cid: string;
  chat: string;
}

/** To a queue or to an agent, one of them, from wherever the chat is; the draft goes along. */
export interface Move {
  t: "move";
  cid: string;
  chat: string;
  queue?: string;
  agent?: string;
  note?: string;
}

export interface SetAgentStatus {
  t: "status";
  cid: string;
  agent: string;
  status: "away" | "offline" | "online";
  reason?: string;
}

/** How many chats the agent may hold; lowering it takes none away. */
export interface SetLimit {
  t: "limit";
  cid: string;
  agent: string;
  limit: number;
}

/** The board as it stands; `fresh` as in `html`. */
export interface BoardWelcome {
  t: "welcome";
  supervisor: string;
  epoch: string;
  now: number;
  build: string;
  n: number;
  fresh: number;
  parts: Array<string>;
}

/**
 * What has changed, at least once a second: each part is one element, known by its id; those in `gone` are no more.
 * `fresh` is the moment (ms) until which the picture is known to be the whole truth: its age is shown.
 */
export interface BoardHtml {
  t: "html";
  n: number;
  now: number;
  fresh: number;
  parts?: Array<string>;
  gone?: Array<string>;
}

/** A visitor began a chat; the first message follows. */
export interface Opened {
  kind: "opened";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  visitor: Visitor;
  queue: string;
  site: string;
  due: number;
  rank?: number;
  channel?: string;
  locale?: string;
  page?: string;
  title?: string;
  referrer?: string;
  agent_string?: string;
  fields?: Record<string, string>;
  cid?: string;
}

/** Who is on the other side, as far as the page told us; `verified` only by a signed identity. */
export interface Visitor {
  id: string;
  name?: string;
  email?: string;
  verified?: boolean;
}

/** Something said in public. `due` is the open turn's after it (0: no turn is open). */
export interface Message {
  kind: "message";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  by: "agent" | "bot" | "system" | "visitor";
  author: Author;
  cid: string;
  text: string;
  read?: number;
  turn?: Turn | null;
  due?: number;
  since?: number;
  promise?: number;
  promised?: Kept | null;
  canned?: string;
}

export interface Author {
  id: string;
  name?: string;
}

/**
 * A turn that has ended: the visitor's first unanswered message was `seq`, at `asked`. `waited` is what the visitor
 * felt, `mine` what the answering agent had of it (from the assignment at the earliest), both in ms; `late` when
 * `waited` went over the promise. `first` is the time from the chat's opening to its first answer, 0 for later
 * answers. A late answer's `waited` is the sum of its stages: `queue` until the assignment, `delivery` until it was
 * shown to eyes, `noticing` until the first keystroke, `composing` until it was sent.
 */
export interface Turn {
  seq: number;
  asked: number;
  waited: number;
  mine: number;
  kept?: boolean;
  late?: boolean;
  first?: number;
  queue?: number;
  delivery?: number;
  noticing?: number;
  composing?: number;
}

/** A promise of a holding reply that has ended: it was for `due`, and was `kept` or not. */
export interface Kept {
  due: number;
  kept?: boolean;
}

/** Among staff. A `whisper` is from somebody who looks on: a supervisor, an invited colleague. */
export interface Note {
  kind: "note";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  author: Author;
  cid: string;
  text: string;
  whisper?: boolean;
}

/** Somebody has the chat; the whole trace of why this one, and of why the visitor waited. */
export interface Assigned {
  kind: "assigned";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  agent: string;
  name: string;
  slot: number;
  why: "accepted" | "last_agent" | "least_pressure" | "next_in_line" | "taken" | "took_over" | "transferred";
  candidates: number;
  clocks: number;
  waited: number;
  due?: number;
  chats?: number;
  line?: string;
  stuck?: "" | "all_busy" | "language" | "nobody_there" | "offered" | "pull";
  expected?: number;
  pace?: number;
}

/** The chat went back to the front of its line. */
export interface Released {
  kind: "released";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  agent: string;
  why: "gone" | "unseen";
  due?: number;
  rank?: number;
}

/** An agent closed a turn that asks for no answer ("ok thanks"); what came unseen since opened the next. */
export interface NoReply {
  kind: "no_reply";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  author: Author;
  cid: string;
  turn: Turn;
  due?: number;
  since?: number;
}

/** The open turn's promise broke; once a turn. `agent` is empty while in line. */
export interface Late {
  kind: "late";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  queue: string;
  due: number;
  agent?: string;
}

/** The visitor was silent for the queue's idle time and is asked whether they are there. */
export interface Asked {
  kind: "asked";
  at: number;
  chat: string;
  seq: number;
  prev: number;
}

export interface Ended {
  kind: "ended";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  why: "abandoned" | "agent" | "message_left" | "silent" | "visitor";
  agent?: string;
  author?: Author | null;
  cid?: string;
  waited?: number;
  handling?: number;
  wrapup?: number;
  promised?: Kept | null;
}

/** The visitor wrote again soon after the end; `opened` is when the chat first began (ms). */
export interface Reopened {
  kind: "reopened";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  visitor: Visitor;
  queue: string;
  site: string;
  due: number;
  rank?: number;
  channel?: string;
  locale?: string;
  page?: string;
  title?: string;
  referrer?: string;
  agent_string?: string;
  fields?: Record<string, string>;
  cid?: string;
  opened: number;
}

export interface Rated {
  kind: "rated";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  score: number;
  cid: string;
  comment?: string;
}

/** What the page says of the visitor changed; the whole picture, not the difference. */
export interface Profile {
  kind: "profile";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  visitor: Visitor;
  locale?: string;
  page?: string;
  title?: string;
  fields?: Record<string, string>;
  cid?: string;
}

/** Somebody took care of a left message. */
export interface Handled {
  kind: "handled";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  author: Author;
  cid: string;
}

/** An agent is asked whether they take it; a slot is kept for the answer. */
export interface Offered {
  kind: "offered";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  agent: string;
  name: string;
  slot: number;
  until: number;
  candidates: number;
  clocks: number;
}

/** The offer is over without an answer of yes: the chat is back in its place in line. */
export interface Withdrawn {
  kind: "withdrawn";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  agent: string;
  why: "declined" | "gone" | "missed";
}

/** It has waited long enough to stand in this queue's line too. */
export interface Overflowed {
  kind: "overflowed";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  queue: string;
}

/** It has waited long enough for somebody who speaks its language: anybody may have it now. */
export interface AnyLanguage {
  kind: "any_language";
  at: number;
  chat: string;
  seq: number;
  prev: number;
}

/**
 * Handed over, to a queue or to one agent (`to`); whoever held it (`agent`, empty in line) has it no more. The note is
 * for staff. The clock goes on; `due` is the open turn's, or the new line's promise.
 */
export interface Transferred {
  kind: "transferred";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  author: Author;
  cid: string;
  agent: string;
  queue: string;
  due: number;
  rank?: number;
  to?: string;
  note?: string;
}

/** A colleague may look on and whisper. */
export interface Invited {
  kind: "invited";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  author: Author;
  cid: string;
  agent: string;
  name: string;
}

/** The chat's reason for contact and tags, whole, as they are from now on. */
export interface Labelled {
  kind: "labelled";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  author: Author;
  cid: string;
  reason?: string;
  tags?: Array<string>;
}

/** The wrap-up is over and its slot free; it took `took` ms. */
export interface Wrapped {
  kind: "wrapped";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  agent: string;
  why: "done" | "gone" | "reopened" | "time";
  took: number;
}

/** A holding reply's promise has passed. */
export interface PromiseBroken {
  kind: "promise_broken";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  agent: string;
  due: number;
}

/** The visitor's last tab closed, or the first came back. */
export interface Presence {
  kind: "presence";
  at: number;
  chat: string;
  here: boolean;
}

/** Settings have changed: a waiting chat's queue, the queues it has overflowed to, and its rank, as they are now. */
export interface Relined {
  kind: "relined";
  at: number;
  chat: string;
  queue: string;
  lines: Array<string>;
  rank: number;
}

/** Somebody began or ended to look on. */
export interface Watched {
  kind: "watched";
  at: number;
  chat: string;
  agent: string;
  name: string;
  on: boolean;
}

/** An agent's status, limit, connection or fencing number changed; `since` when the status did (ms). */
export interface AgentChanged {
  kind: "agent";
  at: number;
  agent: string;
  name: string;
  status: "away" | "offline" | "online";
  connected: boolean;
  limit: number;
  fence: number;
  queues?: Array<string>;
  reason?: string;
  since?: number;
  by?: string;
  removed?: boolean;
}

/** Credentials ended: every socket of the agent (or of the one session) falls silent. */
export interface Revoked {
  kind: "revoked";
  at: number;
  agent: string;
  session?: string;
}

export interface Configured {
  kind: "configured";
  at: number;
  version: number;
}

/** Nobody's clock ran for `ms`; leases and graces restarted from now. */
export interface Stalled {
  kind: "stalled";
  at: number;
  ms: number;
}

export type AVisitorSays = VisitorHello | Identify | Open | VisitorSay | VisitorTyping | VisitorSeen | SetProfile | VisitorEnd | Rate | LeaveMessage | VisitorHistory | Ping;

export type AVisitorHears = VisitorWelcome | Ack | Nack | VisitorFact | Line | TeamChanged | Typing | Seen | HistoryPage | Pong | Error;

export type AnAgentSays = AgentHello | SetStatus | AgentSay | AddNote | AgentEnd | SkipReply | SaveDraft | Shown | AgentTyping | AgentHistory | Take | Accept | Decline | Transfer | Invite | Label | Watch | Whisper | FollowColleagues | Ping;

export type AnAgentHears = AgentWelcome | Ack | Nack | AgentFact | ChatTaken | ChatOffered | ChatGone | Invitation | StandingChanged | Colleagues | WatchDrawn | Unwatched | Typing | Seen | HistoryPage | Pong | Error;

export type AConsoleHears = HtmlWelcome | Html | Ack | Nack | Invitation | Colleagues | WatchDrawn | Unwatched | Typing | Seen | Pong | Error;

export type ASupervisorSays = BoardHello | Watch | Whisper | TakeOver | Move | SetAgentStatus | SetLimit | Ping;

export type ABoardHears = BoardWelcome | BoardHtml | WatchDrawn | Unwatched | Typing | Ack | Nack | Pong | Error;

export type AFactIs = Opened | Message | Note | Assigned | Released | NoReply | Late | Asked | Ended | Reopened | Rated | Profile | Handled | Offered | Withdrawn | Overflowed | AnyLanguage | Transferred | Invited | Labelled | Wrapped | PromiseBroken | Presence | Relined | Watched | AgentChanged | Revoked | Configured | Stalled;
