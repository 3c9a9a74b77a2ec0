import { execute } from './shop-client.mjs';

/**
 * Counts down by the server's clock. This device's clock may be minutes wrong: only differences between two of its readings are
 * used, and the server's time is taken to be from the middle of the request that it was read by.
 */
let ahead = null;

/** To be repeated when the device was asleep: its monotonic clock may have stood still. @throws {Fault} */
export async function setClock() {
  const sentAt = performance.now();
  const { serverTime } = await execute('query ServerTime { serverTime }');
  ahead = Date.parse(serverTime) - (sentAt + performance.now()) / 2;
}

/** The server's time in milliseconds since 1970; null before the clock was set. */
export const serverNow = () => (ahead === null ? null : performance.now() + ahead);

/** @returns milliseconds from the server's now to then, never below zero; null before the clock was set */
export const timeUntil = (instant) =>
  ahead === null ? null : Math.max(0, Date.parse(instant) - serverNow());

/** Whole units of a length of time, rounded up to seconds. */
export function partsOf(ms) {
  const seconds = Math.ceil(ms / 1_000);
  return {
    days: Math.floor(seconds / 86_400),
    hours: Math.floor(seconds / 3_600) % 24,
    minutes: Math.floor(seconds / 60) % 60,
    seconds: seconds % 60,
  };
}

export const twoDigits = (number) => String(number).padStart(2, '0');

/** "03:04:05", with hours only when there are any. */
export function clockFace(ms) {
  const { days, hours, minutes, seconds } = partsOf(ms);
  const parts = [days * 24 + hours, minutes, seconds];
  return (parts[0] > 0 ? parts : parts.slice(1)).map(twoDigits).join(':');
}
