import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningHttpServer } from '../../../platform/http/server.ts';
import { createLogger } from '../../../platform/logger.ts';
import { sendEvent, WEBHOOK_SECRET } from '../testing/fake-payment-provider.ts';
import { startPaymentWebhook, WEBHOOK_PATH } from './payment-webhook.ts';

const MINUTE = 60_000;
const NEXT_SECRET = createHash('sha256').update('next').digest('hex');
const woken: string[] = [];
let fails = false;
let server: RunningHttpServer;
const url = () => server.url + WEBHOOK_PATH;
const start = (secrets: string[] | undefined) =>
  startPaymentWebhook(
    {
      HOST: '127.0.0.1',
      PAYMENT_WEBHOOK_PORT: 0,
      PAYMENT_WEBHOOK_SECRET: secrets,
      PAYMENT_WEBHOOK_TOLERANCE: 5 * MINUTE,
    },
    {
      wake: async (intentId) => {
        if (fails) throw new Error('no answer');
        woken.push(intentId);
      },
    },
    createLogger('test', 'silent'),
  );

beforeAll(async () => {
  server = (await start([NEXT_SECRET, WEBHOOK_SECRET]))!;
});
afterAll(() => server.close(0));

it('without a secret there is no endpoint', async () => {
  expect(await start(undefined)).toBeNull();
});

it.each(['/', '/health/live', '/health/ready', '/metrics', '/graphql'])(
  'nothing else is served: %s',
  async (path) => {
    const response = await fetch(server.url + path);
    expect(response.status).toBe(404);
  },
);

it.each([WEBHOOK_SECRET, NEXT_SECRET])(
  'an event that is signed by a secret of the list is followed up',
  async (secret) => {
    const paymentId = randomUUID();
    expect(await sendEvent(url(), { type: 'payment.succeeded', data: { paymentId } }, { secret })).toBe(204);
    expect(woken.at(-1)).toBe(paymentId);
  },
);

describe('an event that is not signed as it must be', () => {
  const content = { data: { paymentId: randomUUID() } };
  it.each<[string, Parameters<typeof sendEvent>[2]]>([
    ['by another secret', { secret: 'x'.repeat(40) }],
    ['for another body', { body: JSON.stringify({ data: { paymentId: randomUUID() } }) }],
    ['with a space in the body that was not signed', { body: `${JSON.stringify(content)} ` }],
    ['ten minutes ago', { sentAt: Date.now() - 10 * MINUTE }],
    ['in ten minutes', { sentAt: Date.now() + 10 * MINUTE }],
    [
      'at another time than it says',
      { headers: { 'webhook-timestamp': String(Math.floor(Date.now() / 1_000) - 9) } },
    ],
    ['under another id', { headers: { 'webhook-id': 'evt_other' } }],
    ['at all', { headers: { 'webhook-signature': '' } }],
  ])('%s is refused', async (_what, options) => {
    const before = woken.length;
    expect(await sendEvent(url(), content, options)).toBe(401);
    expect(woken).toHaveLength(before);
  });
});

it('an event about something else is accepted, so that it is not sent for days', async () => {
  const before = woken.length;
  for (const content of [{}, { data: null }, { data: { paymentId: 'pi_123' } }, { data: { paymentId: 1 } }])
    expect(await sendEvent(url(), content)).toBe(204);
  expect(woken).toHaveLength(before);
});

it('an event that cannot be followed up at the moment is to be sent again', async () => {
  fails = true;
  expect(await sendEvent(url(), { data: { paymentId: randomUUID() } })).toBe(503);
  fails = false;
});

it('nothing else is served at its port', async () => {
  const statusOf = async (path: string, init?: RequestInit) => (await fetch(server.url + path, init)).status;
  expect(await statusOf(WEBHOOK_PATH)).toBe(405);
  expect(await statusOf('/graphql', { method: 'POST', body: '{}' })).toBe(404);
  expect(await statusOf('/metrics')).toBe(404);
  expect(await statusOf(WEBHOOK_PATH, { method: 'POST', body: 'x'.repeat(70_000) })).toBe(413);
});
