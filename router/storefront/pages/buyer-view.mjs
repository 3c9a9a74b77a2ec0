import { $, setText } from './elements.mjs';
import { moment, number, say } from './language.mjs';
import { tones } from './outcomes.mjs';
import { bringToEnd } from './purchase.mjs';
import { statusOf } from './product-view.mjs';
import { onSessionChange, signedIn, signOut } from './session.mjs';
import { startSignIn } from './sign-in-view.mjs';
import { startTicket } from './ticket-view.mjs';
import { beginWish, changeWish, onWishChange, readWish } from './wish.mjs';

/** What the signed-in buyer sees and does: buys, waits, gives up, buys another. */

/** After an answer, presses are ignored until there was none for so long: they were meant for what was there before. */
const SETTLE_MS = 700;

export function startBuying(productId) {
  let sale = null;
  /** The key that is being brought to its end in this tab. */
  let running = null;
  /** The key whose end this tab has shown, or found when it was opened. */
  let seenKey = null;
  let hasOrder = false;
  /** Units of the product that the buyer holds. */
  let held = 0;
  let settledAt = 0;
  let nudge = new AbortController();

  const ticket = startTicket(productId, (isThere, units) => {
    hasOrder = isThere;
    held = units;
    showButton();
  });
  startSignIn(() => {
    showBuyer();
    $('buy-button').focus();
  });
  onSessionChange(showBuyer);
  onWishChange(productId, continueWish);

  $('sign-out').addEventListener('click', async () => {
    await signOut();
    showBuyer();
    $('email').focus();
  });

  $('buy').addEventListener('submit', async (event) => {
    event.preventDefault();
    if (isSettling()) return settle();
    if ($('buy-button').getAttribute('aria-disabled') === 'true') return;
    const buyer = signedIn();
    if (!buyer) return showBuyer();
    settle();
    const wish = await beginWish(buyer.id, productId, Number($('quantity').value), seenKey);
    void run(buyer, wish);
  });

  $('stop').addEventListener('click', async () => {
    const buyer = signedIn();
    showOutcome({ __typename: 'stopping' });
    if (!buyer || !running) return;
    await changeWish(buyer.id, productId, running, { isGivenUp: true });
    tryNow();
  });

  showBuyer();

  /** A buyer may have begun a purchase before a reload, or in another tab: it is brought to its end first. */
  function showBuyer() {
    const buyer = signedIn();
    $('sign-in').hidden = buyer !== null;
    $('buy').hidden = buyer === null;
    $('who').hidden = buyer === null;
    ticket.hide();
    clearOutcome();
    seenKey = null;
    if (!buyer) return;
    setText('email-of-buyer', say('signIn.as', { email: buyer.email }));
    const wish = readWish(buyer.id, productId);
    if (wish?.outcome) seenKey = wish.key;
    if (wish && !wish.outcome) void run(buyer, wish);
    else void ticket.show(buyer).then(() => signedIn() ?? showBuyer());
    showButton();
  }

  function continueWish() {
    const buyer = signedIn();
    const wish = buyer && readWish(buyer.id, productId);
    if (!wish || wish.key === seenKey) return;
    if (wish.key === running) tryNow();
    else void run(buyer, wish);
  }

  /** The wait before the next try ends now. */
  function tryNow() {
    nudge.abort();
    nudge = new AbortController();
  }

  async function run(buyer, wish) {
    if (running === wish.key) return;
    running = wish.key;
    showOutcome({ __typename: 'deciding' });
    showButton();
    const answer = await bringToEnd(buyer.id, productId, wish.key, showWait, () => nudge.signal);
    if (running !== wish.key) return;
    running = null;
    if (signedIn() && signedIn().id !== buyer.id) return;
    if (answer.__typename !== 'UNAUTHENTICATED') seenKey = wish.key;
    await end(buyer, answer);
  }

  async function end(buyer, answer) {
    setText('tries', '');
    if (answer.__typename === 'UNAUTHENTICATED') {
      showBuyer();
      showOutcome(answer);
      return $('email').focus();
    }
    settle();
    showOutcome(answer);
    if (answer.__typename !== 'PurchaseConfirmed') return;
    await ticket.show(buyer);
    // A frame later: what the ticket has pushed down is out of view then, and stays so.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => $('ticket').scrollIntoView({ block: 'nearest' })),
    );
  }

  function showWait(answer, tries) {
    if (!readWish(signedIn()?.id, productId)?.isGivenUp) showOutcome(answer);
    // Not part of what a screen reader reads out.
    setText('tries', say('buy.tries', { tries: number(tries) }));
  }

  const isSettling = () => performance.now() < settledAt;

  function settle() {
    settledAt = performance.now() + SETTLE_MS;
    showButton();
  }

  /** Sold out does not lock the button: stock may come back, and the shop's answer is the one that counts. */
  function showButton() {
    const status = sale && statusOf(sale);
    const isOpen = sale?.status === 'OPEN';
    const button = $('buy-button');
    const isOffered = isOpen && status !== 'NOT_STOCKED' && !isLimitReached();
    const mayPress = isOffered && !running && !isSettling();
    button.setAttribute('aria-disabled', String(!mayPress));
    button.dataset.kind = hasOrder && isOpen ? 'second' : 'first';
    setText('buy-button', say(wordOf(status, isOpen)));
    $('trying').hidden = !running;
    $('quantity').readOnly = running !== null;
  }

  const isLimitReached = () =>
    held > 0 && typeof sale?.purchaseLimit === 'number' && held >= sale.purchaseLimit;

  function wordOf(status, isOpen) {
    if (running) return 'buy.buying';
    if (!status || status === 'UPCOMING') return 'buy.waiting';
    if (!isOpen) return `status.${status}`;
    if (status === 'NOT_STOCKED') return 'status.NOT_STOCKED';
    if (isLimitReached()) return 'buy.limitReached';
    if (hasOrder) return 'order.another';
    return status === 'SOLD_OUT' ? 'buy.tryAnyway' : 'buy.button';
  }

  return {
    onSale(state) {
      sale = state;
      setText(
        'limit',
        state.purchaseLimit === null
          ? say('buy.noLimit')
          : say('buy.limit', { limit: number(state.purchaseLimit) }),
      );
      showButton();
    },
    tick() {
      ticket.tick();
      if (!isSettling()) showButton();
    },
  };
}

const clearOutcome = () => showWords('', '', '');

function showOutcome(answer) {
  const { __typename } = answer;
  if (__typename === 'deciding' || __typename === 'stopping')
    return showWords('wait', say(`buy.${__typename}.title`), say(`buy.${__typename}.text`));
  showWords(tones[__typename], say(`${__typename}.title`), textOf(answer));
}

/** @param answer final or not, with the fields that its text needs */
function textOf({ __typename, replayed, opensAt, closedAt, limit, alreadyHeld }) {
  if (__typename === 'PurchaseConfirmed' && replayed) return say('PurchaseConfirmed.replayed');
  if (__typename === 'SaleClosed' && !closedAt) return say('SaleClosed.withdrawn');
  return say(`${__typename}.text`, {
    opensAt: opensAt && moment(opensAt),
    closedAt: closedAt && moment(closedAt),
    limit: limit && number(limit),
    alreadyHeld: number(alreadyHeld ?? 0),
  });
}

function showWords(tone, title, text) {
  $('outcome').dataset.tone = tone;
  setText('outcome-title', title);
  setText('outcome-text', text);
}
