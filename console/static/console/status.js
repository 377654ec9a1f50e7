// Online, away, offline: chosen here, said by the server.

/** @param {(status: string) => void} choose */
export function startStatus(choose) {
  for (const button of document.querySelectorAll('[data-set-status]')) {
    button.addEventListener('click', () => {
      const menu = button.closest('details');
      menu?.removeAttribute('open');
      if (menu) menu.querySelector('summary')?.focus();
      document.body.dataset.asked = button.getAttribute('data-set-status') ?? '';
      choose(document.body.dataset.asked);
    });
  }
}

/** After a swap: the page takes over what the server says. @param {string} [status] from the welcome */
export function syncStatus(status) {
  const said = status ?? document.querySelector('#strip-status [data-status]')?.getAttribute('data-status');
  if (!said) return;
  document.body.dataset.status = said;
  if (document.body.dataset.asked === said) delete document.body.dataset.asked;
  for (const button of document.querySelectorAll('.sheet [data-set-status]')) {
    button.setAttribute('aria-pressed', String(button.getAttribute('data-set-status') === said));
  }
}
