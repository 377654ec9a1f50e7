// Generated from protocol.schema.json by tools/protocol.py. What is optional may be left out of a frame.

/**
 * First frame of a socket. `after` is the last seq of `chat` that the client has. With an `identity` the answer begins
 * with `identified`; `token` is whom the client was until now.
 */
export interface VisitorHello {
  t: "hello";
  token?: string;
  chat?: string;
  epoch?: string;
  after?: number;
  page?: Page;
  locale?: string;
  zone?: string;
  identity?: SignedIdentity | null;
}

/** The page the visitor is on; the address travels without query and fragment. */
export interface Page {
  url?: string;
  title?: string;
  referrer?: string;
}

/**
 * Who the visitor is by the website's word: a signed `jwt`, or `user` with `user_hash`. `cid` stays the same while a
 * client retries, since a token holds once. `began`: the chat of the hello began in this browser session, so it is
 * theirs. A `jwt` of "?" says that the page means to name somebody and could not.
 */
export interface SignedIdentity {
  jwt?: string;
  user?: string;
  user_hash?: string;
  cid?: string;
  began?: boolean;
}

/** Prove one's identity later than with the hello. `identified` brings a token; come again with it. */
export interface Identify {
  t: "identify";
  jwt: string;
  cid?: string;
  began?: boolean;
}

/**
 * Open a chat with its first message: a text, or a file. `answers` are to the questions of the welcome, by key.
 * `greeting` is the id of the one that was clicked.
 */
export interface Open {
  t: "open";
  cid: string;
  text: string;
  queue?: string;
  name?: string;
  email?: string;
  fields?: Record<string, string>;
  page?: Page;
  proof?: string;
  file?: string;
  answers?: Record<string, string>;
  greeting?: string;
}

/** A message: a text, or a file. */
export interface VisitorSay {
  t: "say";
  cid: string;
  text: string;
  file?: string;
}

/** The visitor types; `text` if the site shows a typing preview. */
export interface VisitorTyping {
  t: "typing";
  text?: string;
}

/** The visitor has seen everything up to `seq`. */
export interface VisitorSeen {
  t: "seen";
  seq: number;
}

/** Set name, e-mail address, fields, page or language. */
export interface SetProfile {
  t: "set";
  cid: string;
  name?: string;
  email?: string;
  fields?: Record<string, string>;
  page?: Page;
  locale?: string;
}

/** End the chat. */
export interface VisitorEnd {
  t: "end";
  cid: string;
}

/** Ask for a person while a bot has the chat. */
export interface AskPerson {
  t: "person";
  cid: string;
}

/** Rate the chat; the survey. */
export interface Rate {
  t: "rate";
  cid: string;
  score: number;
  comment?: string;
}

/** Ask for the transcript of the chat by mail, to one address; a few times a day, once an agent has answered. */
export interface MailTranscript {
  t: "transcript";
  cid: string;
  email: string;
}

/** Leave a message: while nobody is online, or instead of waiting on. For a chat that waits `text` may be empty. */
export interface LeaveMessage {
  t: "leave_message";
  cid: string;
  email: string;
  text?: string;
  name?: string;
  page?: Page;
  proof?: string;
}

/** Ask for older facts, before a seq: of the current chat, or with `chat` of one that `past` brought. */
export interface VisitorHistory {
  t: "history";
  before: number;
  chat?: string;
}

/** Ask for a `pong`, to measure the round trip and the clock. */
export interface Ping {
  t: "ping";
  at: number;
}

/**
 * The state after hello. With `recovered`, `facts` continue exactly after the client's `after`. `features`: what the
 * site offers in messages, "formatting" and "emoji", and "transcript" if visitors may have it by mail. `files`: none,
 * unless the site allows them. `questions` are to be answered by the `open` of the next chat. `stranger`: the token
 * that was given is none of this site's, or has ended; `token` is that of a new visitor.
 */
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
  files?: FilesAllowed | null;
  questions?: Array<QuestionAsked>;
  stranger?: boolean;
  chat?: ChatForVisitor | null;
  facts?: Array<unknown>;
}

/** Whether the queue takes new chats now; `back_at` is when (ms) it opens next, outside the opening hours. */
export interface Team {
  online: boolean;
  back_at?: number;
}

/** Files may be sent: of up to `size` bytes, and of the types that `accept` names as file inputs do. */
export interface FilesAllowed {
  size: number;
  accept: string;
}

/**
 * A question to ask before the chat, in the visitor's language. With `when` it is asked only if that earlier question
 * is answered with `equals`. A choice is answered with one of `choices`; `labels` is what they are called, if not so.
 * A consent is answered with `yes`. `value` is the answer to begin with, by a signed identity, or else the field
 * `prefill` of the page.
 */
export interface QuestionAsked {
  key: string;
  text: string;
  kind: "choice" | "consent" | "email" | "phone" | "text";
  required?: boolean;
  choices?: Array<string>;
  labels?: Array<string>;
  when?: string;
  equals?: string;
  prefill?: string;
  value?: string;
}

/** The visitor's current chat. `last` is the seq of its last public fact. */
export interface ChatForVisitor {
  id: string;
  place: "active" | "ended" | "waiting";
  last: number;
  agent?: string;
  bot?: boolean;
  seen?: number;
  promise?: number;
  can_reopen_until?: number;
  rated?: boolean;
}

/** The command is on disk. Resending the same cid gets the same answer. */
export interface Ack {
  t: "ack";
  cid: string;
  seq: number;
  at: number;
  chat?: string;
}

/** The command was refused. If `final`, drop it from the outbox; otherwise resend it after `retry_after` seconds. */
export interface Nack {
  t: "nack";
  cid: string;
  code: string;
  message: string;
  final: boolean;
  retry_after?: number;
  puzzle?: string;
}

/** A public fact. `prev` is the seq of the public fact before it, so clients can detect gaps. */
export interface VisitorFact {
  t: "fact";
  chat: string;
  seq: number;
  prev: number;
  at: number;
  kind: "asked" | "assigned" | "ended" | "message" | "opened" | "rated" | "redacted" | "released" | "reopened" | "transferred";
  by?: string;
  name?: string;
  bot?: boolean;
  cid?: string;
  text?: string;
  of?: number;
  hidden?: boolean;
  why?: string;
  promise?: number;
  promised?: "" | "broken" | "kept";
  score?: number;
  file?: SharedFile | null;
}

/** A file that a message brings. `size` in bytes; a picture has its size in pixels. `pending`: not scanned yet. */
export interface SharedFile {
  id: string;
  name: string;
  type: string;
  size: number;
  width?: number;
  height?: number;
  pending?: boolean;
}

/**
 * Queue position, 1 is next; `wait` is the expected wait in seconds, -1 if unknown. `can_leave`: offer the visitor to
 * leave a message instead, with `leave_message`.
 */
export interface Line {
  t: "line";
  position: number;
  wait: number;
  can_leave?: boolean;
}

/** Whether anybody is online for the visitor changed. */
export interface TeamChanged {
  t: "team";
  online: boolean;
  back_at?: number;
}

/** Somebody types. `after` is the last seq the writer had; drop the frame if the screen has a later one. */
export interface Typing {
  t: "typing";
  who: string;
  after: number;
  chat?: string;
  text?: string;
}

/**
 * What a bot has written so far of its next message, all of it; nothing more with an empty text. `after` is as of
 * `typing`. The message itself follows as a fact.
 */
export interface Streaming {
  t: "stream";
  who: string;
  after: number;
  text?: string;
}

/** The other side has seen everything up to `seq`. */
export interface Seen {
  t: "seen";
  seq: number;
  chat?: string;
}

/** The facts older than `before`, as it was asked for, oldest first. `more`: there are older ones still. */
export interface HistoryPage {
  t: "history";
  facts: Array<unknown>;
  chat?: string;
  more?: boolean;
  before?: number;
}

/**
 * Facts of the visitor's earlier chats on this site, oldest first; `more`: there are older ones still. `chat` and
 * `before` are as asked for, empty after the welcome. `name` and `email` are those the visitor gave last, `agent` is
 * whom they spoke with last, and `at` (ms) when.
 */
export interface PastPage {
  t: "past";
  facts: Array<unknown>;
  more?: boolean;
  chat?: string;
  before?: number;
  name?: string;
  email?: string;
  agent?: string;
  at?: number;
}

/**
 * What came of an identity: comes before the welcome, and says nothing to the visitor. `ok`: the visitor is the person
 * with the website's id `user`. `reason` and `message` are for the page's developer; `again` is the reason when an
 * identity of earlier has ended and is to be given anew. `changed` is whom the client was until now, if what it shows
 * is no longer theirs: it forgets that, of a `person` also what is not sent yet.
 */
export interface Identified {
  t: "identified";
  ok: boolean;
  user?: string;
  token?: string;
  reason?: string;
  message?: string;
  changed?: "" | "person" | "visitor";
}

/** The answer to a ping: its `at`, and the server's clock. */
export interface Pong {
  t: "pong";
  at: number;
  now: number;
}

/** A frame could not be understood, or the socket is not let in. The text is fixed per code, never a stack trace. */
export interface Error {
  t: "error";
  code: string;
  message: string;
  retry_after?: number;
}

/**
 * First frame of a socket. `have` maps the chats on screen, or before a reload, to the last seq of each;
 * `welcome.went` says where those went that the agent no longer holds. `take` moves the console here. With `quiet` the
 * agent comes as away and gets no new chats.
 */
export interface AgentHello {
  t: "hello";
  tab: string;
  epoch?: string;
  take?: boolean;
  have?: Record<string, number>;
  quiet?: boolean;
}

/** Set one's own status. */
export interface SetStatus {
  t: "status";
  cid: string;
  status: "away" | "offline" | "online";
  reason?: string;
}

/** Take a breather of `ms`: online, keeping one's chats, and without new ones. 0 ends it. */
export interface Breathe {
  t: "breather";
  cid: string;
  ms: 0 | 60000 | 120000;
}

/**
 * Choose how many chats to get at once, up to the supervisors' limit; that one or more takes the choice back. Held
 * chats stay.
 */
export interface SetOwnLimit {
  t: "limit";
  cid: string;
  limit: number;
}

/**
 * An answer. `read` is the last visitor seq on screen when Enter was pressed: what the answer covers. `began` is when
 * (ms, server's clock) the first key of the answer was pressed. `promise` (ms) makes it a holding reply: the agent
 * promises to be back within that time. `canned` names the canned reply that was sent unchanged. `suggestion` says
 * what the answer owes to suggested replies: some were `shown`, one was `taken`, or `edited` too; `drafted` says the
 * same of the model's draft; with a `promise`, `shown` counts for nothing: the answer is to come. With a `file` the
 * text does not count.
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
  suggestion?: "" | "edited" | "shown" | "taken";
  drafted?: "" | "edited" | "shown" | "taken";
  file?: string;
}

/** Add an internal note. */
export interface AddNote {
  t: "note";
  cid: string;
  chat: string;
  text: string;
}

/** End the chat. */
export interface AgentEnd {
  t: "end";
  cid: string;
  chat: string;
}

/** Close the open turn without an answer. */
export interface SkipReply {
  t: "no_reply";
  cid: string;
  chat: string;
}

/** Save unsent text, so that it survives a reload or a transfer. */
export interface SaveDraft {
  t: "draft";
  chat: string;
  text: string;
}

/** The chat is on screen. `hidden` while the page is not visible: delivered, but nobody can see it. */
export interface Shown {
  t: "shown";
  chat: string;
  seq: number;
  hidden?: boolean;
}

/** The agent types. */
export interface AgentTyping {
  t: "typing";
  chat: string;
}

/** Ask for older facts, before a seq. */
export interface AgentHistory {
  t: "history";
  chat: string;
  before: number;
}

/** Take a waiting chat; the most urgent one of the agent's queues if none is named. */
export interface Take {
  t: "take";
  cid: string;
  chat?: string;
}

/** Accept an offered chat. */
export interface Accept {
  t: "accept";
  cid: string;
  chat: string;
}

/** Decline an offered chat. */
export interface Decline {
  t: "decline";
  cid: string;
  chat: string;
}

/** Transfer to a queue or to an agent; exactly one of them. The draft goes along. */
export interface Transfer {
  t: "transfer";
  cid: string;
  chat: string;
  queue?: string;
  agent?: string;
  note?: string;
}

/** Invite a colleague to watch and whisper. */
export interface Invite {
  t: "invite";
  cid: string;
  chat: string;
  agent: string;
}

/**
 * Set the chat's reason and tags, in full; `done` ends wrap-up. `later` ends wrap-up without a reason, to be given
 * with another `label` within a day.
 */
export interface Label {
  t: "label";
  cid: string;
  chat: string;
  reason?: string;
  tags?: Array<string>;
  done?: boolean;
  later?: boolean;
}

/** Say what the visitor of one's chat is called. */
export interface Rename {
  t: "rename";
  cid: string;
  chat: string;
  name: string;
}

/** Say which language the visitor of one's chat speaks; it stays, whatever they write. */
export interface SetLanguage {
  t: "language";
  cid: string;
  chat: string;
  language: string;
}

/** Watch a chat; `on: false` stops. For supervisors, and for colleagues who were invited. */
export interface Watch {
  t: "watch";
  chat: string;
  on?: boolean;
}

/** A note from somebody who watches. */
export interface Whisper {
  t: "whisper";
  cid: string;
  chat: string;
  text: string;
}

/**
 * Subscribe to the queues and agents a chat can be transferred to: sent at once and on every change, until `on:
 * false`.
 */
export interface FollowColleagues {
  t: "colleagues";
  on?: boolean;
}

/**
 * Ask for a model's drafts (`drafted`) of the answers that visitors wait for, until `on: false`. Nothing is sent if
 * the server has no model, or the team wants no drafts.
 */
export interface AskForDrafts {
  t: "drafting";
  on?: boolean;
}

/**
 * The state after hello. `chats` are all that the agent holds; `recovered` as for visitors, per chat in `have`. `went`
 * lists the chats in `have` that the agent no longer holds, `invited` those they may watch, `to_wrap_up` those that
 * have ended and lack a reason. `breather` and `most` as in `status`.
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
  breather?: number;
  to_wrap_up?: Array<ToWrapUp>;
  most?: number;
}

/**
 * A chat in one of the agent's slots: `last` is the seq of its last fact, `due` that of its open turn (0: none).
 * `until` is when the offer or wrap-up ends, `promise` when the agent promised to be back.
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
  verified?: boolean;
  external?: string;
  proven?: Array<string>;
  fields?: Record<string, string>;
  answers?: Array<AnswerGiven>;
  locale?: string;
  language?: string;
  language_by?: "" | "agent" | "text";
  page?: string;
  channel?: string;
  here?: boolean;
  seen?: number;
  draft?: string;
  after?: number;
  facts?: Array<unknown>;
  place?: "active" | "offered" | "wrapup";
  until?: number;
  promise?: number;
  reason?: string;
  tags?: Array<string>;
}

/** What a visitor answered to a question before the chat, in the site's own words. */
export interface AnswerGiven {
  key: string;
  question: string;
  answer: string;
}

/**
 * Where a chat is that the client no longer holds: `agent` names its holder since `at`; `name` is that of its
 * `visitor`, if known.
 */
export interface Went {
  chat: string;
  name: string;
  place: "active" | "bot" | "ended" | "offered" | "waiting";
  at: number;
  agent?: string;
  visitor?: string;
}

/** A chat that a colleague (`by`) invites the agent to watch; `name` is that of its `visitor`, if known. */
export interface InvitedTo {
  chat: string;
  name: string;
  queue: string;
  by: string;
  visitor?: string;
}

/**
 * An ended chat whose wrap-up was left for later: `label` takes it off the list; `name` is that of its `visitor`, if
 * known.
 */
export interface ToWrapUp {
  chat: string;
  name: string;
  queue: string;
  ended: number;
  tags?: Array<string>;
  visitor?: string;
}

/** A fact of a held chat, as in `console.events`. */
export interface AgentFact {
  t: "fact";
  n: number;
  fact: unknown;
}

/** A chat was assigned. Reply with `shown`, or it goes back to the queue. */
export interface ChatTaken {
  t: "assigned";
  n: number;
  chat: ChatForAgent;
}

/** A chat is offered. Reply with `accept` or `decline` before `chat.until`, or it moves on. */
export interface ChatOffered {
  t: "offered";
  n: number;
  chat: ChatForAgent;
}

/**
 * The chat's slot is free. `why` as in the `released`, `withdrawn`, `ended` and `wrapped` facts, or `transferred`. A
 * chat with wrap-up leaves its slot after wrap-up, not at its end; with `why` "later", "time" or "gone" without a
 * reason, which may still be given.
 */
export interface ChatGone {
  t: "released";
  n: number;
  chat: string;
  why: string;
}

/** One more chat that the agent may watch (`watch`, `whisper`). */
export interface Invitation {
  t: "invited";
  n: number;
  chat: InvitedTo;
}

/**
 * The agent's own status and limit. `by` is the id of the supervisor who changed it. The limit is that of the
 * settings, or a lower one that the agent chose; then `most` is that of the settings, else 0. No new chats come until
 * `breather` (ms), 0 for no breather.
 */
export interface StandingChanged {
  t: "status";
  n: number;
  status: "away" | "offline" | "online";
  limit: number;
  reason?: string;
  by?: string;
  breather?: number;
  most?: number;
}

/** The queues and agents a chat can be transferred to. */
export interface Colleagues {
  t: "colleagues";
  queues: Array<QueueThere>;
  agents: Array<ColleagueThere>;
}

/** A queue that a chat can be transferred to. `free` counts the agents online in it with a free slot. */
export interface QueueThere {
  id: string;
  name: string;
  waiting?: number;
  online?: number;
  free?: number;
}

/**
 * An agent that a chat can be transferred to; `free` is the number of free slots. `free_aside` is that for chats of
 * other channels, where these have slots of their own. `breather`: they are online and get no new chats for the
 * moment. A `bot` takes the chats of its `queues` only.
 */
export interface ColleagueThere {
  id: string;
  name: string;
  status?: "away" | "offline" | "online";
  reason?: string;
  free?: number;
  queues?: Array<string>;
  breather?: boolean;
  bot?: boolean;
  languages?: Array<string>;
  free_aside?: number | null;
}

/**
 * A model's draft of the answer to the visitor's messages up to seq `after`; drop it if the screen has later ones.
 * Placeholders in it ({first_name}) are to be filled in.
 */
export interface Drafted {
  t: "drafted";
  chat: string;
  after: number;
  text: string;
}

/** For clients that speak JSON: a watched chat as it stands at `n`. Its facts follow as `fact`. */
export interface WatchStarted {
  t: "watching";
  n: number;
  chat: ChatForAgent;
}

/** The chat is no longer watched: it ended, or watching is over. */
export interface Unwatched {
  t: "unwatched";
  chat: string;
  why: "ended" | "off";
}

/** The state after hello. `held` maps chats to slots; `content` redraws the six panes and the strip. */
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

/**
 * Fragments for htmx. `due` maps chats to the due time of their open turn, 0 for none; `drafts` maps chats to unsent
 * text. `moved` says where chats went that this frame takes out of their panes.
 */
export interface Html {
  t: "html";
  n: number;
  content: string;
  due?: Record<string, number>;
  drafts?: Record<string, string>;
  moved?: Array<Moved>;
}

/** Where a chat was transferred from this agent: to an agent or a queue, by name. `by` is empty for oneself. */
export interface Moved {
  chat: string;
  by?: string;
  agent?: string;
  queue?: string;
}

/** A watched chat: with `whole` its full state, else what happened since. */
export interface WatchDrawn {
  t: "watched";
  chat: string;
  n: number;
  content: string;
  whole?: boolean;
}

/** First frame of a socket: how many chats the bot takes at once. An earlier socket of the same bot is closed. */
export interface BotHello {
  t: "hello";
  limit?: number;
}

/** Say something in a chat that the bot has; then it is the visitor's turn. */
export interface BotSay {
  t: "say";
  cid: string;
  chat: string;
  text: string;
}

/** A signal, which may be lost: what the bot has written so far of its next message, all of it. */
export interface BotStream {
  t: "stream";
  chat: string;
  text?: string;
}

/**
 * Hand the chat over to people, of its own queue or another: the clock begins now. Staff read the `summary`; the agent
 * who gets the chat finds the `draft` in their composer.
 */
export interface BotHandOver {
  t: "hand_over";
  cid: string;
  chat: string;
  queue?: string;
  summary?: string;
  draft?: string;
}

/** End the chat. One that no person ever had counts as solved. */
export interface BotEnd {
  t: "end";
  cid: string;
  chat: string;
}

/** The state after hello. `chats` are all that the bot has: whatever else a client still holds is over for it. */
export interface BotWelcome {
  t: "welcome";
  bot: string;
  name: string;
  epoch: string;
  now: number;
  build: string;
  limit: number;
  n: number;
  chats?: Array<ChatForBot>;
}

/** A chat that the bot has. `waits`: the visitor waits for its word. `facts` are the whole log, or its last 300. */
export interface ChatForBot {
  id: string;
  queue: string;
  site: string;
  visitor: string;
  last: number;
  name?: string;
  email?: string;
  verified?: boolean;
  external?: string;
  proven?: Array<string>;
  fields?: Record<string, string>;
  locale?: string;
  language?: string;
  page?: string;
  channel?: string;
  waits?: boolean;
  facts?: Array<unknown>;
}

/** The bot has one more chat: a new one, or one that an agent gave it. Its further facts follow as `fact`. */
export interface BotChat {
  t: "chat";
  n: number;
  chat: ChatForBot;
}

/**
 * The bot has the chat no longer: it ended, or people have it. `asked`: the visitor wanted a person. `silent`: the bot
 * did not answer in time; `gone`: it was away for too long; `taken`: a member took it.
 */
export interface BotChatGone {
  t: "gone";
  n: number;
  chat: string;
  why: "asked" | "ended" | "gone" | "handed" | "silent" | "taken";
}

/** First frame of a socket; `wall` asks for the wall display. */
export interface BoardHello {
  t: "hello";
  wall?: boolean;
}

/** Make the chat one's own. The supervisor's console must be connected and have a free slot. */
export interface TakeOver {
  t: "take_over";
  cid: string;
  chat: string;
}

/** Transfer to a queue or to an agent (exactly one of them), from wherever the chat is. The draft goes along. */
export interface Move {
  t: "move";
  cid: string;
  chat: string;
  queue?: string;
  agent?: string;
  note?: string;
}

/** Set an agent's status. */
export interface SetAgentStatus {
  t: "status";
  cid: string;
  agent: string;
  status: "away" | "offline" | "online";
  reason?: string;
}

/** Set how many chats the agent may hold. Lowering it takes no chat away. */
export interface SetLimit {
  t: "limit";
  cid: string;
  agent: string;
  limit: number;
}

/** The board's full state; `fresh` as in `html`. */
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
 * What changed, at least once a second. Each part is one element with an id; ids in `gone` no longer exist. `fresh` is
 * the time (ms) up to which the state is known to be complete; the board shows its age.
 */
export interface BoardHtml {
  t: "html";
  n: number;
  now: number;
  fresh: number;
  parts?: Array<string>;
  gone?: Array<string>;
}

/** A visitor opened a chat; the first message follows. `imported` is the format of the file that it came from. */
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
  language?: string;
  language_by?: "" | "agent" | "text";
  page?: string;
  title?: string;
  referrer?: string;
  agent_string?: string;
  zone?: string;
  fields?: Record<string, string>;
  proven?: Array<string>;
  answers?: Array<AnswerGiven>;
  greeting?: Greeted | null;
  cid?: string;
  imported?: string;
}

/**
 * The visitor as the page describes them; `verified` only by a signed identity. `external` is the website's own id for
 * them; without `verified` only a hash of it was checked.
 */
export interface Visitor {
  id: string;
  name?: string;
  email?: string;
  verified?: boolean;
  external?: string;
}

/** The greeting with which a chat began: `id` is its key and language, `name` that of the site. */
export interface Greeted {
  id: string;
  text: string;
  name: string;
}

/** A public message. `due` is that of the open turn after it (0: no open turn). */
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
  answer?: Answered | null;
  due?: number;
  since?: number;
  promise?: number;
  promised?: Kept | null;
  canned?: string;
  suggestion?: string;
  drafted?: string;
  automatic?: boolean;
  hidden?: boolean;
  file?: SharedFile | null;
}

/** Whoever wrote a message or gave a command. */
export interface Author {
  id: string;
  name?: string;
}

/**
 * A turn that has ended: `seq` is the visitor's first unanswered message, sent at `asked`. `waited` is the visitor's
 * wait, `mine` the part of it the answering agent is responsible for (from the assignment at the earliest), both in
 * ms. `late` means that `waited` exceeded the promise. `first` is the time from the chat's opening to its first
 * answer, 0 for later answers. A late answer's `waited` is the sum of its stages and of those of `earlier` holders:
 * `queue` until the assignment, `delivery` until it was visible on screen, `noticing` until the first keystroke,
 * `composing` until it was sent.
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
  earlier?: Array<Stay>;
}

/** The part of a late answer's time until an earlier holder lost the chat: in line before, and in their hands. */
export interface Stay {
  agent: string;
  queue?: number;
  delivery?: number;
  noticing?: number;
}

/**
 * An answer to what the visitor asked `waited` ms ago, with holding replies in between or without. `kept` means that
 * it came in time for the visitor: all promises to be back were kept; without any, the turn was not late. `own` is the
 * same for the agent: without holding replies it was within the agent's own time. `first` is as of a turn, if only
 * automatic first words came before it.
 */
export interface Answered {
  waited: number;
  kept?: boolean;
  own?: boolean;
  first?: number;
}

/** The outcome of an agent's promise to be back by `due`. */
export interface Kept {
  due: number;
  kept?: boolean;
}

/** An internal note. A `whisper` comes from somebody who watches: a supervisor or an invited colleague. */
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
  hidden?: boolean;
}

/** An agent has the chat. Tells why this agent, and why the visitor waited. */
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
  aside?: boolean;
  line?: string;
  stuck?: "" | "all_busy" | "language" | "nobody_there" | "offered" | "pull";
  expected?: number;
  estimate?: "" | "right" | "wrong";
  pace?: number;
}

/** The chat went back to the front of its queue. */
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

/**
 * An agent closed a turn that needs no answer ("ok thanks"). `due` and `since` are of the turn opened by messages the
 * agent had not seen yet.
 */
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

/**
 * The open turn's promise broke; at most once per turn. `agent` is empty while the chat waits. `own` means that the
 * agent's own time is over too, as it is for whoever had the chat from the start.
 */
export interface Late {
  kind: "late";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  queue: string;
  due: number;
  agent?: string;
  own?: boolean;
}

/** A chat whose promise was broken already: the time that its new holder had for it is over too. */
export interface Overdue {
  kind: "overdue";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  queue: string;
  due: number;
  agent: string;
}

/** The visitor was silent for the queue's idle time and is asked whether they are still there. */
export interface Asked {
  kind: "asked";
  at: number;
  chat: string;
  seq: number;
  prev: number;
}

/** The chat ended. */
export interface Ended {
  kind: "ended";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  why: "abandoned" | "agent" | "bot" | "integration" | "message_left" | "silent" | "visitor";
  agent?: string;
  author?: Author | null;
  cid?: string;
  waited?: number;
  expected?: number;
  estimate?: "" | "right" | "wrong";
  handling?: number;
  wrapup?: number;
  promised?: Kept | null;
  held?: boolean;
  asks?: boolean;
  bot?: string;
  solved?: boolean;
}

/**
 * The visitor wrote again soon after the end, or a store that had lost the chat has it again. `opened` is when the
 * chat was first opened (ms), `turn` since when the visitor waits for an answer.
 */
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
  language?: string;
  language_by?: "" | "agent" | "text";
  page?: string;
  title?: string;
  referrer?: string;
  agent_string?: string;
  zone?: string;
  fields?: Record<string, string>;
  proven?: Array<string>;
  answers?: Array<AnswerGiven>;
  greeting?: Greeted | null;
  cid?: string;
  opened: number;
  turn?: number;
}

/** The visitor rated the chat. */
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

/**
 * The data about the visitor changed; the new data in full, not a difference. With a signed identity `visitor` may be
 * another id than before: the chat is theirs from now on.
 */
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
  proven?: Array<string>;
  cid?: string;
  named?: string;
}

/** Somebody handled a left message. */
export interface Handled {
  kind: "handled";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  author: Author;
  cid: string;
}

/**
 * A mail in the conversation that a left message began: an agent's answer, or the visitor's reply. `mail` is its
 * Message-ID. `state` is what the conversation is in from now on, `left` by how many more left messages have to be
 * handled.
 */
export interface Mailed {
  kind: "mailed";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  by: "agent" | "bot" | "system" | "visitor";
  author: Author;
  cid: string;
  text: string;
  mail: string;
  state?: "answered" | "done" | "open" | "waiting";
  left?: number;
  hidden?: boolean;
}

/** Who takes care of a left message (empty: nobody), and the state it is in from now on; `left` as of a mail. */
export interface Tended {
  kind: "tended";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  author: Author;
  cid: string;
  owner?: string;
  name?: string;
  state?: "answered" | "done" | "open" | "waiting";
  left?: number;
}

/** The chat is offered to an agent; a slot is reserved until the reply. */
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

/** The offer ended without being accepted. The chat keeps its position among those that wait. */
export interface Withdrawn {
  kind: "withdrawn";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  agent: string;
  why: "declined" | "gone" | "missed";
}

/** The chat has waited long enough to be offered to this queue's members too. */
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
 * Transferred to a queue or to one agent (`to`); `agent` held it before (empty if it was waiting). The note is for
 * staff. The clock keeps running; `due` is that of the open turn, or of the new queue's promise. From a `bot` the chat
 * goes to people, since it hands it over (the note is its summary), the visitor asks for a person, it is silent or
 * gone, or a member has taken it. The visitor's turn begins then, at `since`.
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
  bot?: string;
  why?: "" | "asked" | "gone" | "handed" | "silent" | "taken";
  since?: number;
  promised?: Kept | null;
  hidden?: boolean;
}

/** A bot has the chat: as the first, or because an agent transferred it there. No clock runs. */
export interface BotAssigned {
  kind: "bot_assigned";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  bot: string;
  name: string;
  why?: "first" | "given";
}

/** A colleague may watch and whisper. */
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

/**
 * The chat's reason and tags, in full, as they are from now on. After the end (`ended`, ms) with the chat's `queue`;
 * `reasons` is by how many more chats have a reason now (-1 if it was taken back), and `settled` says that the chat
 * has left its agent's list of wrap-ups left for later.
 */
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
  queue?: string;
  ended?: number;
  reasons?: number;
  settled?: boolean;
}

/** What the visitor is called from now on, by an agent; a reopened chat repeats it, without author and cid. */
export interface Renamed {
  kind: "renamed";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  author?: Author | null;
  cid?: string;
  name: string;
}

/** The visitor's language, a primary tag, by what they wrote or by the word of an agent, which stays. */
export interface LanguageSet {
  kind: "language_set";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  by: "" | "agent" | "text";
  language: string;
  author?: Author | null;
  cid?: string;
}

/**
 * Wrap-up is over and the slot is free; it took `took` ms. `later`: without a reason, which the agent may still give:
 * the chat is on their list. `dropped` is the chat that had to leave the list for it.
 */
export interface Wrapped {
  kind: "wrapped";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  agent: string;
  why: "done" | "gone" | "later" | "reopened" | "time";
  took: number;
  later?: boolean;
  dropped?: string;
}

/** An agent did not come back within the promised time. */
export interface PromiseBroken {
  kind: "promise_broken";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  agent: string;
  due: number;
}

/** A message was changed after all: later ones showed that it had a part of a card number. `fact` as it is now. */
export interface Redacted {
  kind: "redacted";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  of: number;
  fact: Message;
  by?: string;
}

/** The same for text that the visitor does not see: a note, that of a transfer, or a rating's comment. */
export interface NoteRedacted {
  kind: "note_redacted";
  at: number;
  chat: string;
  seq: number;
  prev: number;
  of: number;
  fact: Note | Transferred | Rated | Mailed;
  by?: string;
}

/** The visitor's last tab closed, or the first one came back. */
export interface Presence {
  kind: "presence";
  at: number;
  chat: string;
  here: boolean;
}

/** Settings changed: a waiting chat's queue, the queues it has overflowed to, and its rank as they are now. */
export interface Relined {
  kind: "relined";
  at: number;
  chat: string;
  queue: string;
  lines: Array<string>;
  rank: number;
}

/** Somebody started or stopped watching a chat. */
export interface Watched {
  kind: "watched";
  at: number;
  chat: string;
  agent: string;
  name: string;
  on: boolean;
}

/**
 * An agent's status, limit, connection or fence changed; `since` is when the status did (ms). `most` is the
 * supervisors' limit where the agent chose a lower one, else 0. `channel_slots` is how many chats of other channels
 * they may take besides; None: these count in `limit`.
 */
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
  breather?: number;
  by?: string;
  removed?: boolean;
  most?: number;
  channel_slots?: number | null;
}

/** A bot's connection or limit changed. `removed`: it was away for too long, and has no chats any more. */
export interface BotChanged {
  kind: "bot";
  at: number;
  bot: string;
  name: string;
  connected: boolean;
  limit: number;
  fence: number;
  removed?: boolean;
}

/** Credentials ended: disconnect every socket of the agent, or of the one session. */
export interface Revoked {
  kind: "revoked";
  at: number;
  agent: string;
  session?: string;
}

/** A directory of this version is live. */
export interface Configured {
  kind: "configured";
  at: number;
  version: number;
}

/** A chat was taken out of the store before its time; `left`: it was a left message nobody had handled. */
export interface Erased {
  kind: "erased";
  at: number;
  chat: string;
  left: boolean;
}

/** Nothing processed timers for `ms`; leases and grace periods start again from now. */
export interface Stalled {
  kind: "stalled";
  at: number;
  ms: number;
}

export type AVisitorSays = VisitorHello | Identify | Open | VisitorSay | VisitorTyping | VisitorSeen | SetProfile | VisitorEnd | AskPerson | Rate | MailTranscript | LeaveMessage | VisitorHistory | Ping;

export type AVisitorHears = VisitorWelcome | Ack | Nack | VisitorFact | Line | TeamChanged | Typing | Streaming | Seen | HistoryPage | PastPage | Identified | Pong | Error;

export type AnAgentSays = AgentHello | SetStatus | Breathe | SetOwnLimit | AgentSay | AddNote | AgentEnd | SkipReply | SaveDraft | Shown | AgentTyping | AgentHistory | Take | Accept | Decline | Transfer | Invite | Label | Rename | SetLanguage | Watch | Whisper | FollowColleagues | AskForDrafts | Ping;

export type AnAgentHears = AgentWelcome | Ack | Nack | AgentFact | ChatTaken | ChatOffered | ChatGone | Invitation | StandingChanged | Colleagues | Drafted | WatchStarted | Unwatched | Typing | Seen | HistoryPage | Pong | Error;

export type AConsoleHears = HtmlWelcome | Html | Ack | Nack | Invitation | Colleagues | Drafted | WatchDrawn | Unwatched | Typing | Seen | Pong | Error;

export type ABotSays = BotHello | BotSay | BotStream | BotHandOver | BotEnd | Ping;

export type ABotHears = BotWelcome | BotChat | AgentFact | BotChatGone | Ack | Nack | Pong | Error;

export type ASupervisorSays = BoardHello | Watch | Whisper | TakeOver | Move | SetAgentStatus | SetLimit | Ping;

export type ABoardHears = BoardWelcome | BoardHtml | WatchDrawn | Unwatched | Typing | Ack | Nack | Pong | Error;

export type AFactIs = Opened | Message | Note | Assigned | Released | NoReply | Late | Overdue | Asked | Ended | Reopened | Rated | Profile | Handled | Mailed | Tended | Offered | Withdrawn | Overflowed | AnyLanguage | Transferred | BotAssigned | Invited | Labelled | Renamed | LanguageSet | Wrapped | PromiseBroken | Redacted | NoteRedacted | Presence | Relined | Watched | AgentChanged | BotChanged | Revoked | Configured | Erased | Stalled;
