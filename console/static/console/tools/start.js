// The tools around the panes: canned replies, snippets, commands, start-of-shift check, visitor panel, density.

import { startCanned } from "./canned.js";
import { startCoach } from "./coach.js";
import { startDensity } from "./density.js";
import { startFindInChat } from "./find_in_chat.js";
import { startPalette } from "./palette.js";
import { startShiftCheck } from "./shift_check.js";
import { startSnippets } from "./snippets.js";
import { startVisitorPanels } from "./visitor_panel.js";

export function startTools() {
  startDensity();
  startCanned();
  startSnippets();
  startVisitorPanels();
  startFindInChat();
  startPalette();
  startShiftCheck();
  startCoach();
}
