import { openStream } from './live-stream.mjs';
import { canShare, publish, subscribe } from './tabs.mjs';

/**
 * Stock and sale status as they change, by one stream for all tabs. A browser opens six connections to an HTTP/1.1 server, and
 * a stream keeps one of them: with a stream for each tab, six tabs leave none for a purchase.
 *
 * The tab that holds a Web Lock is the leader: it has the stream, and publishes what comes. When it is closed, the browser
 * gives the lock to the next tab, whose stream begins with the state of now.
 */
const LOCK = 'firstcome:live';
/** How long a leader may take to answer a tab that joins. One that was suspended in the background does not answer. */
const LEADER_ANSWERS_MS = 2_000;

const tab = Array.from(crypto.getRandomValues(new Uint32Array(2))).join('-');

/**
 * @param {{ onState: (state: object) => void, onConnection: (state: 'connecting' | 'live') => void,
 *   onRefused: () => void }} listener `onRefused` when the shop has no stream to give at the moment
 */
export function watchStock(productId, { onState, onConnection, onRefused }) {
  let isAnswered = false;
  let leaving = new AbortController();

  subscribe('live:state', (state) => {
    if (state.productId === productId) onState(state);
  });
  subscribe('live:connection', ({ state }) => onConnection(state));
  subscribe('live:refused', onRefused);
  subscribe('live:joined', (joined) => {
    if (joined.tab === tab) isAnswered = true;
  });
  subscribe('live:leader', join);

  function join() {
    publish('live:join', { tab, productId });
  }

  /** Joins, and takes the lock from a leader that does not answer: the tab that a person looks at comes first. */
  async function joinOrLead() {
    const { signal } = leaving;
    isAnswered = false;
    join();
    await new Promise((resolve) => setTimeout(resolve, LEADER_ANSWERS_MS));
    if (isAnswered || !isShown() || signal.aborted) return;
    await leadOnce({ steal: true }, signal).catch(() => undefined);
  }

  /** Waits for the lock for as long as the tab is there, again when another tab has taken it away. */
  async function standBy() {
    const { signal } = leaving;
    while (!signal.aborted) await leadOnce({ signal }, signal).catch(() => undefined);
  }

  function start() {
    leaving = new AbortController();
    if (!canShare) return void lead(leaving.signal);
    void standBy();
    void joinOrLead();
  }

  start();
  document.addEventListener('visibilitychange', () => {
    if (canShare && isShown()) void joinOrLead();
  });
  addEventListener('pagehide', () => {
    publish('live:leave', { tab });
    leaving.abort();
  });
  // From the back/forward cache: the page comes back as it was, without its stream.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) start();
  });
}

const isShown = () => document.visibilityState === 'visible';

/** @throws when the lock is taken away, or the tab leaves before it has the lock */
async function leadOnce(options, leaving) {
  const end = new AbortController();
  const stop = () => end.abort();
  leaving.addEventListener('abort', stop);
  try {
    await navigator.locks.request(LOCK, options, () => lead(end.signal));
  } finally {
    stop();
  }
}

/** Has the stream until `signal`, and publishes what comes. The lock is held for as long as this promise is pending. */
function lead(signal) {
  const stream = openStream({
    onState: (state) => publish('live:state', state),
    onConnection: (state) => publish('live:connection', { state }),
    onRefused: () => publish('live:refused'),
  });
  subscribe(
    'live:join',
    ({ tab: joining, productId }) => {
      publish('live:joined', { tab: joining });
      stream.join(joining, productId);
    },
    signal,
  );
  subscribe('live:leave', ({ tab: left }) => stream.leave(left), signal);
  publish('live:leader');
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      stream.close();
      resolve();
    });
  });
}
