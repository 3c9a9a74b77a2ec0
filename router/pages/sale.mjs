import { duration, setClock, timeUntil } from './countdown.mjs';
import { watchStock } from './live-stock.mjs';
import { beginAttempt, pendingAttempt, purchaseToTheEnd } from './purchase.mjs';
import { ask, signedIn, signIn, signOut } from './shop-client.mjs';
import { money, moment, status } from './words.mjs';

/** What happens on the page: what is shown when, and what the buyer's wishes lead to. */
const productId = location.pathname.split('/').at(-1);
const $ = (id) => document.getElementById(id);

let sale = null;
let isBuying = false;
let isGivenUp = false;

$('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  $('sign-in-problem').textContent = '';
  const problem = await signIn($('email').value, $('password').value).catch(({ message }) => message);
  if (problem) {
    $('sign-in-problem').textContent = problem;
    $('password').focus();
    return;
  }
  showBuyer();
  $('buy-button').focus();
});

$('sign-out').addEventListener('click', async () => {
  await signOut();
  showOutcome({ tone: 'wait', title: '', text: '' });
  $('outcome').hidden = true;
  showBuyer();
  $('email').focus();
});

$('buy').addEventListener('submit', (event) => {
  event.preventDefault();
  if ($('buy-button').getAttribute('aria-disabled') === 'true') return;
  const buyer = signedIn();
  void buy(buyer, beginAttempt(buyer.id, productId, Number($('quantity').value)));
});

$('give-up').addEventListener('click', () => {
  isGivenUp = true;
  $('buy-button').focus();
});

watchStock(productId, {
  onState: showState,
  onConnection: (state) => {
    $('connection').dataset.state = state;
    $('connection').textContent = state;
    if (state === 'live') setClock().catch(() => undefined);
  },
});
setInterval(showCountdown, 200);
showBuyer();
void showProduct();
setClock().catch(() => undefined);

async function showProduct() {
  const { product } = await ask(
    `query Product($id: ID!) { product(id: $id) { name description price { amount currency } } }`,
    { id: productId },
  ).catch(() => ({ product: { name: 'The shop does not answer. Try again later.' } }));
  $('name').textContent = product?.name ?? 'There is no such product.';
  $('description').textContent = product?.description ?? '';
  $('price').textContent = product?.price ? money(product.price) : '';
  document.title = `${$('name').textContent} · firstcome`;
}

const STATUS_WORDS = { UPCOMING: 'Not open yet', OPEN: 'On sale', CLOSED: 'Over', WITHDRAWN: 'Withdrawn' };

function showState(state) {
  sale = state;
  // A screen reader reads this out whenever it is written, so only when it has changed.
  const words = state.status === 'OPEN' && state.stock?.soldOut ? 'Sold out' : STATUS_WORDS[state.status];
  if ($('status').textContent !== words) $('status').textContent = words;
  $('status').dataset.status = words === 'Sold out' ? 'SOLD_OUT' : state.status;
  const { remaining = 0, total = 0 } = state.stock ?? {};
  $('remaining').textContent = String(Math.max(0, remaining));
  $('total').textContent = `of ${total}`;
  $('meter').max = Math.max(1, total);
  $('meter').value = Math.max(0, remaining);
  $('limit').textContent =
    state.purchaseLimit === null ? '' : `At most ${state.purchaseLimit} for each buyer.`;
  showCountdown();
  showButton();
}

function showCountdown() {
  if (!sale) return;
  const [label, instant] =
    sale.status === 'UPCOMING'
      ? ['Opens in', sale.opensAt]
      : sale.status === 'OPEN' && sale.closesAt
        ? ['Closes in', sale.closesAt]
        : ['Sale', null];
  const left = instant && timeUntil(instant);
  $('countdown-label').textContent = label;
  $('countdown').textContent = instant ? (left === null ? '…' : duration(left)) : STATUS_WORDS[sale.status];
}

/** Sold out does not lock the button: stock may come back, and the shop's answer is the one that counts. */
function showButton() {
  const isOpen = sale?.status === 'OPEN';
  $('buy-button').setAttribute('aria-disabled', String(!isOpen || isBuying));
  $('buy-button').textContent = isBuying
    ? 'Buying …'
    : !isOpen
      ? (STATUS_WORDS[sale?.status] ?? '…')
      : sale.stock?.soldOut
        ? 'Try all the same'
        : 'Buy';
  $('give-up').hidden = !isBuying;
}

/** Whoever is signed in may have begun a purchase before a reload: it is brought to its end first. */
function showBuyer() {
  const buyer = signedIn();
  $('sign-in').hidden = buyer !== null;
  $('buy').hidden = buyer === null;
  if (!buyer) {
    $('order').hidden = true;
    return;
  }
  $('who').textContent = buyer.email;
  const begun = pendingAttempt(buyer.id, productId);
  if (begun) void buy(buyer, begun);
  else void showLatestOrder();
}

async function buy(buyer, attempt) {
  isBuying = true;
  isGivenUp = false;
  showButton();
  showOutcome({ tone: 'wait', title: 'Asking the shop …', text: '' });
  const outcome = await purchaseToTheEnd(buyer.id, productId, attempt, {
    isGivenUp: () => isGivenUp,
    onWait: (words, tries) => {
      showOutcome(words);
      // Not part of what a screen reader reads out.
      $('tries').textContent = `Asked ${tries === 1 ? 'once' : `${tries} times`}.`;
    },
  });
  isBuying = false;
  $('tries').textContent = '';
  showButton();
  showOutcome(outcome);
  if (outcome.needsSignIn) {
    showBuyer();
    $('email').focus();
  } else void showLatestOrder();
}

function showOutcome({ tone, title, text }) {
  if ($('outcome-title').textContent === title && $('outcome-text').textContent === text) return;
  $('outcome').hidden = false;
  $('outcome').dataset.tone = tone;
  $('outcome-title').textContent = title;
  $('outcome-text').textContent = text;
}

async function showLatestOrder() {
  const { me } = await ask(`query MyOrders {
    me { orders(first: 20) { nodes {
      id status createdAt paymentDueAt total { amount currency }
      items { quantity productName product { id } }
      history { status at }
    } } }
  }`).catch(() => ({ me: null }));
  const order = me?.orders.nodes.find(({ items }) => items.some(({ product }) => product?.id === productId));
  $('order').hidden = !order;
  if (!order) return;
  const facts = {
    Order: order.id,
    Status: status(order.status),
    Items: order.items.map(({ quantity, productName }) => `${quantity} × ${productName}`).join(', '),
    Total: money(order.total),
    Bought: moment(order.createdAt),
    ...(order.paymentDueAt ? { 'Pay before': moment(order.paymentDueAt) } : {}),
  };
  $('order-facts').replaceChildren(...Object.entries(facts).map(([name, value]) => fact(name, value)));
  $('order-history').replaceChildren(
    ...order.history.map((event) => element('li', `${status(event.status)}, ${moment(event.at)}`)),
  );
}

function fact(name, value) {
  const row = element('div', '');
  row.append(element('dt', name), element('dd', value));
  return row;
}

function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
