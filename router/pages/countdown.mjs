import { ask } from './shop-client.mjs';

/**
 * Counts down by the server's clock. This device's clock may be minutes wrong: only differences between two of its readings are
 * used, and the server's time is taken to be from the middle of the request that asked for it.
 */
let ahead = null;

/** Ask again when the device was asleep: its monotonic clock may have stood still. */
export async function setClock() {
  const askedAt = performance.now();
  const { serverTime } = await ask('query ServerTime { serverTime }');
  ahead = Date.parse(serverTime) - (askedAt + performance.now()) / 2;
}

/** @returns milliseconds from the server's now to then, never below zero; null before the clock was set */
export const timeUntil = (instant) =>
  ahead === null ? null : Math.max(0, Date.parse(instant) - (performance.now() + ahead));

/** "2 d 03:04:05" */
export function duration(ms) {
  const seconds = Math.ceil(ms / 1_000);
  const two = (number) => String(number).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const clock = [Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60, seconds % 60]
    .map(two)
    .join(':');
  return days > 0 ? `${days} d ${clock}` : clock;
}
