import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { RefusalDelay } from './refusal-delay.ts';

it('holds a refusal, and sends those beyond the bound at once', async () => {
  const delay = new RefusalDelay();
  let sent = 0;
  const send = () => delay.wait().then(() => (sent += 1));
  const held = Array.from({ length: 10_000 }, send);
  await turn();
  expect(sent).toBe(0);

  const beyond = Array.from({ length: 10 }, send);
  await Promise.all(beyond);
  expect(sent).toBe(10);

  await Promise.all(held);
  expect(sent).toBe(10_010);
});
