import { clockFace, timeUntil } from './countdown.mjs';
import { $, element, setText } from './elements.mjs';
import { moment, money, number, say } from './language.mjs';
import { heldBy, ordersOf, unpaid } from './payment.mjs';
import { startPaying } from './payment-view.mjs';
import { backOff, pause } from './shop-client.mjs';
import { publish, subscribe } from './tabs.mjs';

/** The buyer's order of this product, and its payment: the one that must be paid first, else the newest. */
const TRIES = 4;
/** How often an order is read again whose status is about to change by itself. */
const LOOK_AGAIN_MS = 3_000;
/** A ticket that has just appeared takes no presses: they were meant for what was there before. */
const SETTLE_MS = 700;

/** @param onShown called with whether there is an order to show, and how many units the buyer holds */
export function startTicket(productId, onShown) {
  let buyer = null;
  let order = null;
  let nextLook = 0;

  const payment = startPaying(async () => {
    await reload();
    publish('order:changed', { productId });
  });
  subscribe('order:changed', ({ productId: changed }) => {
    if (changed === productId && order) void reload();
  });

  async function reload() {
    const wanted = buyer;
    const found = await read(wanted, productId);
    if (buyer !== wanted || !buyer) return;
    if (!found) return;
    const waiting = unpaid(found);
    const shown = waiting[0] ?? found[0];
    if (shown) render(shown, waiting.length);
    onShown(order !== null, heldBy(found, productId));
  }

  function render(found, waiting) {
    const isNew = order?.id !== found.id;
    order = found;
    const ticket = $('ticket');
    ticket.hidden = false;
    if (isNew) {
      ticket.inert = true;
      setTimeout(() => (ticket.inert = false), SETTLE_MS);
    }
    ticket.dataset.status = order.status;
    $('waiting').hidden = waiting < 2;
    setText('waiting', say('order.waiting', { count: number(waiting) }));
    setText('order-status', say(`order.${order.status}`));
    $('order-facts').replaceChildren(...factsOf(order).map(fact));
    $('order-history').replaceChildren(
      ...order.history.map(({ status, at }) => element('li', `${say(`order.${status}`)}, ${moment(at)}`)),
    );
    payment.show(buyer, order);
  }

  return {
    async show(ofBuyer) {
      buyer = ofBuyer;
      await reload();
    },
    hide() {
      buyer = null;
      order = null;
      $('ticket').hidden = true;
      onShown(false, 0);
    },
    tick() {
      if (!order) return;
      const left = order.paymentDueAt ? timeUntil(order.paymentDueAt) : null;
      if (left !== null) setText('due', clockFace(left));
      const isChanging = order.status === 'PAYING' || left === 0;
      if (!isChanging || performance.now() < nextLook) return;
      nextLook = performance.now() + LOOK_AGAIN_MS;
      void reload();
    },
  };
}

/** @returns null when the shop does not say: the purchase form is there all the same */
async function read(buyer, productId) {
  for (let tries = 1; buyer && tries <= TRIES; tries++) {
    try {
      return await ordersOf(buyer.id, productId);
    } catch ({ code, retryAfterMs }) {
      if (code === 'UNAUTHENTICATED') return null;
      await pause(backOff(tries, retryAfterMs));
    }
  }
  return null;
}

function factsOf({ id, items, total, createdAt, shippingAddress }) {
  const address = shippingAddress && [
    shippingAddress.postalCode,
    shippingAddress.line1,
    shippingAddress.line2,
  ];
  return [
    [
      'order.items',
      items.map(({ quantity, productName }) => `${number(quantity)} × ${productName}`).join(', '),
    ],
    ['order.total', money(total)],
    ['order.bought', moment(createdAt)],
    ...(address ? [['order.shipsTo', address.filter(Boolean).join(' ')]] : []),
    ['order.id', id],
  ];
}

const fact = ([name, value]) => element('div', element('dt', say(name)), element('dd', value));
