import { partsOf, timeUntil, twoDigits } from './countdown.mjs';
import { $, setText } from './elements.mjs';
import { moment, money, number, say } from './language.mjs';
import { showOpening } from './opening.mjs';

/** The product, its countdown and its stock. */
let name = '';
let sale = null;

/** In the place of the product: there is none, or the shop does not answer. */
export function showNotice(status, title, text = '') {
  $('sale').dataset.status = status;
  setText('notice-title', title);
  setText('notice-text', text);
  document.title = `${title} · firstcome`;
}

export function showProduct(product) {
  name = product.name;
  setText('name', name);
  setText('description', product.description ?? '');
  $('description').hidden = !product.description;
  setText('price', money(product.price));
  document.title = `${name} · firstcome`;
  if (product.imageUrl) showPicture(product.imageUrl);
  // Until the first state has come, which is a moment, the words of the countdown and of the stock are invisible.
  $('sale').dataset.status = 'WAITING';
}

/** The drawing stays where the picture cannot be loaded. */
function showPicture(url) {
  const picture = $('picture');
  picture.alt = say('page.picture', { name });
  picture.addEventListener('load', () => (picture.hidden = false));
  picture.src = url;
}

/** @param state of the live stream */
export function showSale(state) {
  sale = state;
  const status = statusOf(state);
  const { remaining = 0, total = 0 } = state.stock ?? {};
  const left = Math.max(0, remaining);
  $('sale').dataset.status = status;
  setText('status', say(`status.${status}`));
  setText('remaining', state.stock ? say('stock.left', { remaining: number(left) }) : '–');
  setText('total', state.stock ? say('stock.of', { total: number(total) }) : '');
  $('meter').max = Math.max(1, total);
  $('meter').value = left;
  setText('instant', instantOf(state));
  tick();
}

/** Two statuses of this page's own: no stock was put up yet, and none is left. @param state of the live stream */
export function statusOf({ status, stock }) {
  if (status !== 'OPEN') return status;
  if (!stock) return 'NOT_STOCKED';
  return stock.soldOut ? 'SOLD_OUT' : 'OPEN';
}

function instantOf({ status, opensAt, closesAt }) {
  if (status === 'UPCOMING') return say('countdown.opensAt', { moment: moment(opensAt) });
  if (!closesAt) return '';
  return say(status === 'OPEN' ? 'countdown.closesAt' : 'countdown.closedAt', { moment: moment(closesAt) });
}

/** Several times a second: what changes with time alone. */
export function tick() {
  if (!sale) return;
  const { status, opensAt, closesAt } = sale;
  const next = status === 'UPCOMING' ? opensAt : status === 'OPEN' ? closesAt : null;
  const left = next && timeUntil(next);
  setText('countdown-label', labelOf(status, next, left));
  $('countdown').hidden = !next;
  const parts = left === null ? {} : partsOf(left);
  for (const part of $('countdown').children) {
    const digits = part.querySelector('b');
    const text = parts[part.dataset.part] === undefined ? '–' : twoDigits(parts[part.dataset.part]);
    if (digits.textContent !== text) digits.textContent = text;
  }
  showOpening(name, statusOf(sale), left);
}

/** The shop opens the sale, not this page's clock: between the two the page says that it is about to. */
function labelOf(status, next, left) {
  if (status === 'UPCOMING') return say(left === 0 ? 'countdown.opening' : 'countdown.opens');
  if (status === 'OPEN') return say(next ? 'countdown.closes' : 'countdown.open');
  return say('countdown.closed');
}
