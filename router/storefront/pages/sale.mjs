import { startBuying } from './buyer-view.mjs';
import { serverNow, setClock, timeUntil } from './countdown.mjs';
import { $, setText } from './elements.mjs';
import { say, translatePage } from './language.mjs';
import { watchStock } from './live-stock.mjs';
import { showNotice, showProduct, showSale, tick } from './product-view.mjs';
import { readProduct, readSale } from './product.mjs';
import { renewBefore } from './session.mjs';

/** The page of one sale: the product first; then, if there is one, its live stock and the buyer's part. */
const TICK_MS = 200;
/** An access token that ends within this time is renewed before the opening, so that the purchase has not to wait for that. */
const FRESH_FOR_MS = 120_000;
/** Not all buyers renew in the same second. */
const renewAheadMs = 15_000 + Math.random() * 60_000;

const productId = location.pathname.split('/').at(-1).toLowerCase();

translatePage();
showNotice('LOADING', say('buy.deciding.title'));
void start();

async function start() {
  const product = await readProduct(productId, () => showNotice('LOADING', say('page.noAnswer')));
  if (!product) return showNotice('UNKNOWN', say('page.unknown'), say('page.unknownText'));
  showProduct(product);
  const buyer = startBuying(productId);
  let sale = null;
  let isFresh = false;

  function showState(state) {
    sale = state;
    showSale(state);
    buyer.onSale(state);
  }

  watchStock(productId, {
    onState: showState,
    onConnection: showConnection,
    onRefused: () => readSale(productId).then(showState, () => undefined),
  });

  setInterval(() => {
    tick();
    buyer.tick();
    const left = sale?.status === 'UPCOMING' ? timeUntil(sale.opensAt) : null;
    if (isFresh || left === null || left > renewAheadMs) return;
    isFresh = true;
    renewBefore(serverNow(), FRESH_FOR_MS).catch(() => undefined);
  }, TICK_MS);
}

function showConnection(state) {
  setText('connection', say(`connection.${state}`));
  $('connection').dataset.state = state;
  if (state === 'live') readClock();
}

const readClock = () => setClock().catch(() => undefined);

readClock();
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') readClock();
});
