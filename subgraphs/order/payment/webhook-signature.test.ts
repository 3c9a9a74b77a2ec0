import { expect, it } from 'vitest';
import { isSigned, signatureOf } from './webhook-signature.ts';

/** The example of the Standard Webhooks libraries. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const EVENT = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  body: '{"test": 2432232314}',
};
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const AT = 1_614_265_330_000;
const MINUTE = 60_000;

const headers = (more: Record<string, string | undefined> = {}) => ({
  'webhook-id': EVENT.id,
  'webhook-timestamp': EVENT.timestamp,
  'webhook-signature': SIGNATURE,
  ...more,
});
const check = (
  more: Record<string, string | undefined> = {},
  { body = EVENT.body, secrets = [SECRET], now = AT } = {},
) => isSigned(headers(more), body, secrets, 5 * MINUTE, now);

it('a signature of the standard is accepted', () => {
  expect(`v1,${signatureOf(SECRET, EVENT).toString('base64')}`).toBe(SIGNATURE);
  expect(check()).toBe(true);
  expect(check({ 'webhook-signature': `v1,AAAA v1a,${SIGNATURE} ${SIGNATURE}` })).toBe(true);
  expect(check({}, { secrets: ['another', SECRET] })).toBe(true);
});

it.each<[string, boolean]>([
  ['another body', check({}, { body: '{"test": 2432232315}' })],
  ['another id', check({ 'webhook-id': 'msg_other' })],
  ['another time', check({ 'webhook-timestamp': '1614265331' })],
  ['another secret', check({}, { secrets: ['another'] })],
  ['no secret', check({}, { secrets: [] })],
  ['no id', check({ 'webhook-id': undefined })],
  ['no time', check({ 'webhook-timestamp': undefined })],
  ['no signature', check({ 'webhook-signature': undefined })],
  ['an empty signature', check({ 'webhook-signature': 'v1,' })],
  ['another version', check({ 'webhook-signature': SIGNATURE.replace('v1', 'v2') })],
  ['a part of the signature', check({ 'webhook-signature': SIGNATURE.slice(0, 20) })],
  ['a time that is no number', check({ 'webhook-timestamp': 'NaN' })],
  ['an event of six minutes ago', check({}, { now: AT + 6 * MINUTE })],
  ['an event of the future', check({}, { now: AT - 6 * MINUTE })],
  [
    'more signatures than are compared',
    check({ 'webhook-signature': `${'v1,AAAA '.repeat(8)}${SIGNATURE}` }),
  ],
])('%s is refused', (_what, accepted) => {
  expect(accepted).toBe(false);
});
