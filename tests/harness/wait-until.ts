import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for a condition; nothing in the tests sleeps for a time that was guessed.
 *
 * @throws with `what` and the last value when the condition does not hold within `timeoutMs`
 */
export async function waitUntil<Value>(
  what: string,
  look: () => Promise<Value> | Value,
  holds: (value: Value) => boolean = Boolean,
  timeoutMs = 20_000,
): Promise<Value> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    if (Date.now() > deadline)
      throw new Error(`Waited ${timeoutMs} ms for ${what}; last seen: ${JSON.stringify(value)}`);
    await sleep(20);
  }
}
