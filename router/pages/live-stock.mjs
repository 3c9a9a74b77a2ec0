/**
 * Stock and sale status as they change. The browser comes back by itself when the connection is lost, and says by its
 * `Last-Event-ID` what it has. Where the answer is an error it does not: then this does, after a pause.
 *
 * @param {{ onState: (state: object) => void, onConnection: (state: 'connecting' | 'live') => void }} listener
 */
export function watchStock(productId, { onState, onConnection }) {
  const source = new EventSource(`/live/stock?productId=${encodeURIComponent(productId)}`);
  source.addEventListener('stock', ({ data }) => onState(JSON.parse(data)));
  source.addEventListener('open', () => onConnection('live'));
  source.addEventListener('error', () => {
    onConnection('connecting');
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => watchStock(productId, { onState, onConnection }), 3_000 + Math.random() * 4_000);
  });
}
