// The token that our own requests carry, so that no other page can send them.

export const csrf = () =>
  /** @type {HTMLInputElement | null} */ (document.querySelector("input[name=csrf]"))?.value ?? "";
