// What stands beside the panes: canned replies, commands, the check before a shift, the visitor's context, the density.

import { startCanned } from "./canned.js";
import { startDensity } from "./density.js";
import { startPalette } from "./palette.js";
import { startShift } from "./shift_check.js";
import { startContext } from "./visitor_panel.js";

export function startTools() {
  startDensity();
  startCanned();
  startContext();
  startPalette();
  startShift();
}
