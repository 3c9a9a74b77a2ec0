import { EventSource } from 'eventsource';
import { describe, it } from 'vitest';
import type { LiveEvent } from '../harness/event-stream.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { PURCHASE } from './operations.ts';
import { type ClientSystem, purchaseInput } from './system.ts';

export function describeEventSource(system: ClientSystem): void {
  describe('EventSource', () => {
    it('SSE', async () => {
      const id = await system.openSale(3);
      const events: LiveEvent[] = [];
      const source = new EventSource(`${system.url}/live/stock?productId=${id}`);
      source.addEventListener('stock', ({ data }) => events.push(JSON.parse(data as string) as LiveEvent));
      const remaining = () => events.at(-1)?.stock?.remaining;
      try {
        await waitUntil('the state at once', remaining, (units) => units === 3);
        await fetch(system.graphqlUrl, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${system.buyer()}` },
          body: JSON.stringify({ query: PURCHASE, variables: purchaseInput(id) }),
        });
        await waitUntil('the purchase to be seen', remaining, (units) => units === 2);
      } finally {
        source.close();
      }
    });
  });
}
