import { describe, expect, it } from 'vitest';
import { channelOf, parseEvent, publish, type Event } from './event.ts';
import { sessionRevoked } from './session-revoked.ts';
import { stockChanged, type StockChanged } from './stock-changed.ts';

const change: StockChanged = { productId: 'p1', total: 10, sold: 4, reserved: 1, remaining: 5, asOf: 1_700 };

async function published<Message>(event: Event<Message>, message: Message): Promise<string[]> {
  const sent: string[] = [];
  const redis = { publish: async (...args: unknown[]) => sent.push(...args.map(String)) };
  await publish(redis as unknown as Parameters<typeof publish>[0], 'shop:', event, message);
  return sent;
}

describe('the format between processes of different versions', () => {
  it('is JSON for a change of stock', async () => {
    expect(await published(stockChanged, change)).toEqual([
      'shop:stock-changes',
      '{"productId":"p1","total":10,"sold":4,"reserved":1,"remaining":5,"asOf":1700}',
    ]);
  });

  it('is the id alone for a revoked session', async () => {
    expect(await published(sessionRevoked, 'sid-1')).toEqual(['shop:ended-sessions', 'sid-1']);
  });
});

it('reads back what was published', () => {
  expect(parseEvent(stockChanged, stockChanged.encode(change))).toEqual(change);
  expect(parseEvent(sessionRevoked, sessionRevoked.encode('sid-1'))).toBe('sid-1');
  expect(channelOf(sessionRevoked, '')).toBe('ended-sessions');
});

it.each(['hello', '', '{}', '{"productId":"p1","total":"10"}', JSON.stringify({ ...change, sold: 1.5 })])(
  'ignores %j, which is no change of stock',
  (text) => {
    expect(parseEvent(stockChanged, text)).toBeUndefined();
  },
);
