/**
 * What the tabs of one browser do together: one of them at a time (Web Locks), and all of them hear of it (BroadcastChannel).
 * A browser has Web Locks on https and on localhost only. Without them each tab works for itself.
 */
export const canShare = 'locks' in navigator && 'BroadcastChannel' in globalThis;

const channel = canShare ? new BroadcastChannel('firstcome') : null;
const listeners = new Map();

const deliver = ({ topic, message }) => {
  for (const listener of listeners.get(topic) ?? []) listener(message);
};
channel?.addEventListener('message', ({ data }) => deliver(data));

/** Sends to every tab, this one too: no code has to know in which tab the other end runs. */
export function publish(topic, message = {}) {
  channel?.postMessage({ topic, message });
  deliver({ topic, message });
}

export function subscribe(topic, listener, signal) {
  const all = listeners.get(topic) ?? new Set();
  listeners.set(topic, all.add(listener));
  signal?.addEventListener('abort', () => all.delete(listener));
}

const tails = new Map();

/**
 * Runs `work` while no other tab runs any under the same name. The browser releases the lock when a tab is closed or crashes.
 *
 * @param signal ends the waiting, not the work; then `work` is not run and the promise is rejected
 */
export function withLock(name, work, { signal } = {}) {
  if (canShare) return navigator.locks.request(`firstcome:${name}`, { signal }, () => work());
  const result = (tails.get(name) ?? Promise.resolve()).then(work);
  tails.set(
    name,
    result.catch(() => undefined),
  );
  return result;
}
