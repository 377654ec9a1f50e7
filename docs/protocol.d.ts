// Generated from protocol.schema.json by tools/protocol.py. What is optional may be left out of a frame.

/**
 * First frame of a socket. `after` is the last seq of `chat` that the client has. With an `identity`, `identified`
 * comes first in the answer; `token` says who the client was until now.
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

/** The page the visitor is on; the address is sent without query and fragment. */
export interface Page {
  url?: string;
  title?: string;
  referrer?: string;
}

/**
 * Who the visitor is, signed by the website: a `jwt`, or `user` with `user_hash`. `cid` stays the same while a client
 * retries, since a token is valid once. `began`: the chat of the hello began in this browser session, so it is theirs.
 * A `jwt` of "?" says that the page wants to identify somebody but could not.
 */
export interface SignedIdentity {
  jwt?: string;
  user?: string;
  user_hash?: string;
  cid?: string;
  began?: boolean;
}

/** Prove one's identity after the hello. `identified` contains a token; reconnect with it. */
export interface Identify {
  t: "identify";
  jwt: string;
  cid?: string;
  began?: boolean;
}

/**
 * Open a chat with its first message: a text, or a file. `answers` answer the questions of the welcome, by key.
 * `greeting` is the id of the greeting that was clicked.
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

/** The visitor is typing; `text` if the site shows a typing preview. */
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

/** Leave a message while nobody is online, or instead of waiting. For a waiting chat, `text` may be empty. */
export interface LeaveMessage {
  t: "leave_message";
  cid: string;
  email: string;
  text?: string;
  name?: string;
  page?: Page;
  proof?: string;
}

/** Ask for older facts, before a seq: of the current chat, or with `chat` of one from `past`. */
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
 * site offers in messages, "formatting" and "emoji", and "transcript" if visitors may have it by mail. `files` is
 * missing unless the site allows them. The `open` of the next chat must answer `questions`. `stranger`: the given
 * token is not of this site or has expired; `token` is that of a new visitor.
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

/** Whether the queue takes new chats now. Outside opening hours, `back_at` is when (ms) it opens next. */
export interface Team {
  online: boolean;
  back_at?: number;
}

/** Files may be sent: up to `size` bytes, and of the types in `accept`, in the format of file inputs. */
export interface FilesAllowed {
  size: number;
  accept: string;
}

/**
 * A question to ask before the chat, in the visitor's language. With `when` it is asked only if that earlier question
 * is answered with `equals`. A choice is answered with one of `choices`; `labels` are their names, if different. A
 * consent is answered with `yes`. `value` prefills the answer, from a signed identity; otherwise the page's field
 * `prefill` does.
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

/** A file sent with a message. `size` in bytes; a picture has its size in pixels. `pending`: not scanned yet. */
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
 * Queue position, 1 is next; `wait` is the expected wait in seconds, -1 if unknown. `can_leave`: the visitor may leave
 * a message instead, with `leave_message`.
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

/** Somebody is typing. `after` is the last seq the writer had; drop the frame if the screen has a later one. */
export interface Typing {
  t: "typing";
  who: string;
  after: number;
  chat?: string;
  text?: string;
}

/**
 * The whole text that a bot has written so far of its next message; an empty text ends it. `after` is as in `typing`.
 * The message itself follows as a fact.
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

/** The facts older than the requested `before`, oldest first. `more`: there are even older ones. */
export interface HistoryPage {
  t: "history";
  facts: Array<unknown>;
  chat?: string;
  more?: boolean;
  before?: number;
}

/**
 * Facts of the visitor's earlier chats on this site, oldest first; `more`: there are even older ones. `chat` and
 * `before` are as requested, empty after the welcome. `name` and `email` are the last that the visitor gave. `agent`
 * is the person they last spoke with, at `at` (ms).
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
 * The result of checking an identity. Comes before the welcome and is not shown to the visitor. `ok`: the visitor is
 * the person with the website's id `user`. `reason` and `message` are for the page's developer. The reason `again`
 * means that an earlier identity has expired and must be given again. `changed` says who the client was until now, if
 * what it shows no longer belongs to its visitor: it must forget that, and for a `person` also unsent text.
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

/** A frame could not be understood, or the socket was refused. The text is fixed per code, never a stack trace. */
export interface Error {
  t: "error";
  code: string;
  message: string;
  retry_after?: number;
}

/**
 * First frame of a socket. `have` maps the chats on screen, or before a reload, to the last seq of each;
 * `welcome.went` says where chats went that the agent no longer holds. `take` moves the console here. With `quiet` the
 * agent starts as away and gets no new chats.
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
 * Choose how many chats to get at once, below the supervisors' limit; that limit or more cancels the choice. Held
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
 * promises to be back within that time. `canned` names the canned reply that was sent unchanged. `suggestion` says how
 * suggested replies were used: some were `shown`, one was `taken`, or taken and `edited`. `drafted` says the same of
 * the model's draft. With a `promise`, `shown` is ignored, since the answer is still to come. With a `file`, the text
 * is ignored.
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

/** The agent is typing. */
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

/** Set the name of the visitor of one's chat. */
export interface Rename {
  t: "rename";
  cid: string;
  chat: string;
  name: string;
}

/** Set the language of the visitor of one's chat; it stays, whatever they write. */
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
 * the server has no model or the team has turned drafts off.
 */
export interface AskForDrafts {
  t: "drafting";
  on?: boolean;
}

/**
 * The state after hello. `chats` are all that the agent holds; `recovered` as for visitors, per chat in `have`. `went`
 * lists the chats in `have` that the agent no longer holds, `invited` the chats they may watch, `to_wrap_up` ended
 * chats that lack a reason. `breather` and `most` as in `status`.
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
 * A chat in one of the agent's slots. `last` is its last fact's seq, `due` when its open turn is due (0: none).
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

/** A visitor's answer to a question before the chat, in the site's own words. */
export interface AnswerGiven {
  key: string;
  question: string;
  answer: string;
}

/**
 * Where a chat is that the client no longer holds: `agent` names its holder since `at`; `name` is its `visitor`'s, if
 * known.
 */
export interface Went {
  chat: string;
  name: string;
  place: "active" | "bot" | "ended" | "offered" | "waiting";
  at: number;
  agent?: string;
  visitor?: string;
}

/** A chat that a colleague (`by`) invites the agent to watch; `name` is the name of its `visitor`, if known. */
export interface InvitedTo {
  chat: string;
  name: string;
  queue: string;
  by: string;
  visitor?: string;
}

/** An ended chat whose wrap-up was left for later; `label` takes it off the list. `name` is its `visitor`'s, if known. */
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
 * chat with wrap-up leaves its slot after wrap-up, not at its end. If `why` is "later", "time" or "gone", it has no
 * reason yet, which may still be given.
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
 * The agent's own status and limit. `by` is the id of the supervisor who changed it. `limit` is the limit in the
 * settings, or a lower one that the agent chose; then `most` is the one in the settings, else 0. No new chats come
 * until `breather` (ms); 0 for no breather.
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
 * An agent that a chat can be transferred to; `free` is the number of free slots. `free_aside` is the number for chats
 * of other channels, if these have their own slots. `breather`: they are online but get no new chats for the moment. A
 * `bot` takes only chats of its `queues`.
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
 * A model's draft of the answer to the visitor's messages up to seq `after`; drop it if the screen has later ones. The
 * client fills in its placeholders ({first_name}).
 */
export interface Drafted {
  t: "drafted";
  chat: string;
  after: number;
  text: string;
}

/** For JSON clients: a watched chat as of `n`. Its facts follow as `fact`. */
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
 * text. `moved` says where the chats went that this frame removes from their panes.
 */
export interface Html {
  t: "html";
  n: number;
  content: string;
  due?: Record<string, number>;
  drafts?: Record<string, string>;
  moved?: Array<Moved>;
}

/** Where this agent's chat was transferred: the name of an agent or queue. `by` is empty if the agent did it. */
export interface Moved {
  chat: string;
  by?: string;
  agent?: string;
  queue?: string;
}

/** A watched chat: its full state with `whole`, otherwise what has happened since. */
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

/** Write in a chat that the bot has; then it is the visitor's turn. */
export interface BotSay {
  t: "say";
  cid: string;
  chat: string;
  text: string;
}

/** A signal, which may be lost: the whole text that the bot has written so far of its next message. */
export interface BotStream {
  t: "stream";
  chat: string;
  text?: string;
}

/**
 * Hand the chat over to people of its own queue or another: the clock starts now. Staff see the `summary`; the agent
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

/** End the chat. A chat that no person ever had counts as solved. */
export interface BotEnd {
  t: "end";
  cid: string;
  chat: string;
}

/** The state after hello. `chats` are all chats the bot has; any other chat that a client holds is over. */
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

/** A chat that the bot has. `waits`: the visitor waits for its reply. `facts` are the whole log, or its last 300. */
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

/** The bot has one more chat: a new one, or one that an agent gave it. Later facts follow as `fact`. */
export interface BotChat {
  t: "chat";
  n: number;
  chat: ChatForBot;
}

/**
 * The bot no longer has the chat: it ended, or people have it. `asked`: the visitor wanted a person. `silent`: the bot
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

/** Set how many chats the agent may hold. A lower limit takes no chat away. */
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

/** A visitor opened a chat; the first message follows. `imported` is the format of the file it came from. */
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

/** The author of a message or command. */
export interface Author {
  id: string;
  name?: string;
}

/**
 * A turn that has ended: `seq` is the visitor's first unanswered message, sent at `asked`. `waited` is the visitor's
 * wait, `mine` the part for which the answering agent is responsible (from the assignment at the earliest), both in
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

/** The part of a late answer's time until an earlier holder lost the chat: waiting before, and with that holder. */
export interface Stay {
  agent: string;
  queue?: number;
  delivery?: number;
  noticing?: number;
}

/**
 * An answer to what the visitor asked `waited` ms ago, with or without holding replies in between. `kept` means that
 * it came in time for the visitor: all promises to be back were kept or, without any, the turn was not late. `own` is
 * the same for the agent: without holding replies, it was within the agent's own time. `first` is as in a turn, if
 * only automatic first words came before it.
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

/** An agent has the chat. Says why this agent, and why the visitor waited. */
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
 * agent's own time is over too, which is always so if they had the chat from the start.
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

/** In a chat whose promise was already broken, its new holder's own time is over too. */
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

/** The visitor was silent for the queue's idle time and was asked whether they are still there. */
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
 * The visitor wrote again soon after the end, or the chat was put back into a store that had lost it. `opened` is when
 * the chat was first opened (ms), `turn` since when the visitor waits for an answer.
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
 * The data about the visitor changed. Holds the new data in full, not a difference. With a signed identity, `visitor`
 * may be a different id than before: the chat belongs to them from now on.
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
 * Message-ID. `state` is the conversation's state from now on, `left` the change in the number of left messages to
 * handle.
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

/** The owner of a left message (empty: nobody), and its state from now on; `left` as in a mail. */
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

/** The chat has waited long enough for a member who speaks its language: any member may have it now. */
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
 * goes to people because the bot hands it over (the note is its summary), the visitor asks for a person, the bot is
 * silent or gone, or a member has taken it. The visitor's turn then starts, at `since`.
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
 * The chat's reason and tags from now on, in full. After the end (`ended`, ms) it has the chat's `queue`. `reasons` is
 * the change in the number of chats with a reason (-1 if it was taken back). `settled` says that the chat has left its
 * agent's list of wrap-ups left for later.
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

/** An agent gave the visitor a name, used from now on. A reopened chat repeats it, without author and cid. */
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

/** The visitor's language, a primary tag, detected from what they wrote or set by an agent, which stays. */
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
 * Wrap-up is over and the slot is free; it took `took` ms. `later`: it ended without a reason, which the agent may
 * still give, since the chat is on their list. `dropped` is the chat that left the list to make room.
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

/** A message was changed afterwards: later ones showed that it had part of a card number. `fact` is its new form. */
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

/** The same for text that the visitor does not see: a note, a transfer's note, or a rating's comment. */
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

/** Settings changed: a waiting chat's current queue, the queues it has overflowed to, and its rank. */
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
 * supervisors' limit if the agent chose a lower one, else 0. `channel_slots` is how many chats of other channels they
 * may take in addition; None: these count in `limit`.
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

/** A bot's connection or limit changed. `removed`: it was away for too long and no longer has any chats. */
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

/** A chat was deleted from the store early; `left`: it was a left message that nobody had handled. */
export interface Erased {
  kind: "erased";
  at: number;
  chat: string;
  left: boolean;
}

/** No process handled timers for `ms`; leases and grace periods start again from now. */
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
