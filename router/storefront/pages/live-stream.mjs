import { backOff, pause } from './shop-client.mjs';

/** As many products as the shop puts into one stream. */
const MAX_PRODUCTS = 20;

/**
 * One stream of server-sent events with stock and status of every product that some tab shows. The browser resumes a lost
 * connection by itself, and says by `Last-Event-ID` what it has. Where the answer is an error it does not: then this does.
 *
 * @param {{ onState: (state: object) => void, onConnection: (state: 'connecting' | 'live') => void,
 *   onRefused: () => void }} listener
 */
export function openStream({ onState, onConnection, onRefused }) {
  /** Tab to product; a tab that crashed stays until the stream is another tab's. */
  const wanted = new Map();
  const states = new Map();
  const ending = new AbortController();
  let source = null;
  let watched = new Set();
  let refusals = 0;

  function connect() {
    source?.close();
    const products = [...new Set(wanted.values())].slice(-MAX_PRODUCTS);
    watched = new Set(products);
    source = new EventSource(`/live/stock?${products.map((id) => `productId=${id}`).join('&')}`);
    source.addEventListener('open', () => {
      refusals = 0;
      onConnection('live');
    });
    source.addEventListener('stock', ({ data }) => {
      const state = JSON.parse(data);
      states.set(state.productId, state);
      onState(state);
    });
    source.addEventListener('error', () => {
      onConnection('connecting');
      if (source.readyState === EventSource.CLOSED) void retry(source);
    });
  }

  async function retry(refused) {
    refusals += 1;
    onRefused();
    await pause(backOff(refusals + 2), ending.signal);
    if (source === refused && !ending.signal.aborted) connect();
  }

  return {
    /** The stream is opened anew only when no tab has wanted this product so far. */
    join(tab, productId) {
      wanted.delete(tab);
      wanted.set(tab, productId);
      if (!watched.has(productId)) return connect();
      if (states.has(productId)) onState(states.get(productId));
      onConnection(source.readyState === EventSource.OPEN ? 'live' : 'connecting');
    },
    leave: (tab) => wanted.delete(tab),
    close() {
      ending.abort();
      source?.close();
    },
  };
}
