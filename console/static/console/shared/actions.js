// Actions by name; the same for keys, buttons and the command palette.

/** @typedef {{run: () => void, may?: () => boolean}} Action */

/** @type {Map<string, Action>} */
const actions = new Map();

/** @param {Record<string, Action>} more */
export function addActions(more) {
  for (const [name, action] of Object.entries(more)) actions.set(name, action);
}

export const actionNames = () => [...actions.keys()];

/** Whether it would do anything now. @param {string} name */
export function mayDo(name) {
  const action = actions.get(name);
  return action ? (action.may?.() ?? true) : false;
}

/** @param {string} name */
export function perform(name) {
  if (!mayDo(name)) return;
  actions.get(name)?.run();
  performed(name);
}

/** @type {((name: string) => void)[]} */
const listeners = [];

/** @param {(name: string) => void} listener receives each action, however it was triggered */
export function onPerformed(listener) {
  listeners.push(listener);
}

/** @param {string} name */
export function performed(name) {
  for (const listener of listeners) listener(name);
}
