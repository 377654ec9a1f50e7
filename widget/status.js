import { lazy } from "./forms.js";
import { t } from "./i18n.js";

/**
 * @import { Line, Team } from "#protocol"
 * @import { Panel } from "./view.js"
 */

/** Seconds as every language writes them: "30 s", "2 min". @param {number} seconds */
const span = (seconds) => (seconds < 90 ? `${Math.ceil(seconds / 5) * 5 || 5} s` : `${Math.round(seconds / 60)} min`);

/** A future time of less than ten minutes, counted down: "1:42". @param {number} ms */
const countdown = (ms) => new Date(ms).toISOString().slice(15, 19);

/** The position in line, and how long it may take. @param {Team | null} team @param {Line | null} line */
export function waiting(team, line) {
  if (team?.online === false) return [t("We're offline"), lazy.back?.(team)].filter(Boolean).join(". ");
  if (!line) return "";
  const { position, wait } = line;
  const place = position > 1 ? t("You're number {position} in line.", line) : t("You're next in line.");
  return wait < 0 ? place : place + " " + t("Expected wait: about {time}.", { time: span(wait) });
}

/** An agent's promise to be back: the countdown, and the text once it is over. @param {Panel["visitor"]} visitor */
export function promised({ chat, skew }) {
  const { place, agent, promise } = chat;
  const left = place === "active" && promise ? promise - Date.now() - skew : 0;
  return [
    left > 0 ? t("{agent} will be back in {time}", { agent, time: countdown(left) }) : "",
    left < 0 ? t("{agent} is running late.", { agent }) : "",
  ];
}
