// Whether this browser suggests anything: the team allows it, and the person has not switched it off here.

import { browser } from "../shared/storage.js";

export const areSuggestionsOn = () =>
  !document.body.hasAttribute("data-no-suggestions") && browser.read("suggestions", true);
