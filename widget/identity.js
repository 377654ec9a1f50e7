// The visitor's identity as the website states it. Only pages that pass a signed identity load this file.

/**
 * @import { Identified, SignedIdentity } from "#protocol"
 * @import { Claims, Visitor } from "./visitor.js"
 * @typedef {object} Attempt one identity of the page, until the server has it
 * @property {Claims} of
 * @property {string} cid the same while the same token is sent again
 * @property {string} jwt
 * @property {boolean} done the server knows who it is, or has refused it finally
 * @property {boolean} renewed
 */

const { warn } = console;
const WITHIN = 5000; // ms that the page's function has; after that the visitor is admitted without
const FAILED = "?"; // the page means to name somebody, and could not

/** @type {WeakMap<Visitor, Attempt>} */
const attempts = new WeakMap();

/** 22 characters, 113 random bits. */
const newCid = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(22)), (byte) => (byte % 36).toString(36)).join("");

/** The hello's part about the visitor's identity; null once the server knows it. @param {Visitor} visitor @returns {Promise<SignedIdentity | null>} */
export async function prove(visitor) {
  const of = /** @type {Claims} */ (visitor.identity);
  let attempt = attempts.get(visitor);
  if (attempt?.of !== of)
    attempts.set(visitor, (attempt = { of, cid: newCid(), jwt: "", done: false, renewed: false }));
  const mine = /** @type {Attempt} */ (attempt);
  visitor.$identified = (frame) => heard(visitor, mine, frame);
  if (mine.done) return null;
  const { chat, tab } = visitor;
  const began = !!chat.id && tab.get("own") === chat.id;
  if (!of.token) return { user: String(of.user_id), user_hash: String(of.user_hash), began };
  mine.jwt ||= await made(visitor, mine);
  return { jwt: mine.jwt || FAILED, cid: mine.cid, began };
}

/** The page's token; "" if it fails or takes too long. A later one is sent when it arrives. @param {Visitor} visitor @param {Attempt} attempt */
async function made(visitor, attempt) {
  const { token } = attempt.of;
  const asked = (async () => String(await (typeof token === "function" ? token() : token)))();
  let late = false;
  const soon = asked.then((jwt) => {
    if (!late || visitor.identity !== attempt.of) return jwt;
    attempt.jwt = jwt;
    visitor.connection.again();
    return jwt;
  });
  try {
    return await Promise.race([soon, new Promise((_, no) => setTimeout(no, WITHIN, "the token took too long"))]);
  } catch (problem) {
    late = true;
    soon.catch(() => {});
    say(visitor, "no_token", String(problem));
    return "";
  }
}

/** @param {Visitor} visitor @param {string} reason @param {string} message */
function say(visitor, reason, message) {
  warn("Sestetto: identify:", message);
  visitor.tell("error", { code: "identity", reason, message });
}

/** @param {Visitor} visitor @param {Attempt} attempt @param {Identified} frame */
function heard(visitor, attempt, { ok, user, reason, message, changed }) {
  const asks = typeof attempt.of.token === "function";
  const renew = reason === "again" || (asks && !attempt.renewed && /^(expired|used)$/.test(reason || ""));
  attempt.done = ok || !(renew || asks || reason === "no_token");
  if (!ok) {
    attempt.jwt = "";
    attempt.cid = newCid();
    attempt.renewed = renew && reason !== "again";
    if (!renew && reason !== "no_token") say(visitor, reason || "", message || "");
  } else visitor.tell("identity", { user });
  if (changed === "person") anew(visitor);
  else if (changed) leave(visitor);
  if (renew && changed !== "person") visitor.connection.again();
}

/** Another person used this page: delete everything of theirs, and reconnect. @param {Visitor} visitor */
function anew(visitor) {
  const { identity, profile, told } = visitor;
  visitor.logout();
  Object.assign(visitor, { identity, profile, told });
  visitor.connection.start();
}

/** The chat on the screen began before this session, so it is not this person's. Unsent text returns to the composer. @param {Visitor} visitor */
function leave(visitor) {
  const { outbox } = visitor;
  const texts = outbox.frames.flatMap((frame) => (frame.t === "say" ? [frame.text] : []));
  visitor.back = [visitor.back, ...texts].filter(Boolean).join("\n");
  outbox.keep(outbox.frames.filter(({ t }) => t === "open" || t === "leave_message"));
  visitor.past = [];
  visitor.begin("");
}
