import { freePort } from '../../../scripts/stores/free-port.ts';
import { WEBHOOK_PATH } from '../../../subgraphs/order/payment/payment-webhook.ts';
import {
  WEBHOOK_SECRET,
  type FakePaymentProvider,
} from '../../../subgraphs/order/testing/fake-payment-provider.ts';
import { repeatedly, type Fault } from './fault.ts';

type FateOf = FakePaymentProvider['fateOf'];

const ANSWER =
  'Confirmed as usual; a payment is accepted and its outcome is known later, and each charge holds or is refunded once';
/** Longer than the order service waits for an answer. */
const LATE_MS = 4_000;

const byTurns = (...fates: ReturnType<FateOf>[]): FateOf => {
  let turn = 0;
  return () => fates[turn++ % fates.length]!;
};

/** @param fateOf of each request from now on */
const unreliable = (name: string, what: string, fateOf: () => FateOf): Fault => ({
  name: `payment-${name}`,
  what,
  answer: ANSWER,
  lastsS: 8,
  async inject({ provider }) {
    provider.fateOf = fateOf();
    const stopArriving = repeatedly(LATE_MS, () => provider.arriveLate());
    return async () => {
      await stopArriving();
      provider.fateOf = () => 'answered';
      provider.arriveLate();
    };
  },
});

export const PAYMENT_FAULTS: readonly Fault[] = [
  unreliable(
    'slow',
    'the payment provider executes half of the requests seconds later, after the time-out of the caller, in reverse order',
    () => byTurns('answered', 'late'),
  ),
  unreliable('twice', 'the payment provider executes every request twice', () => () => 'twice'),
  unreliable(
    'lost',
    'responses of the payment provider are lost, after and before it has executed the request',
    () => byTurns('lost', 'unanswered', 'answered'),
  ),
  unreliable('refused', 'a proxy in front of the payment provider responds 502', () => () => 'refused'),
  {
    name: 'payment-events',
    what: 'responses of the payment provider are lost, and its events arrive twice and out of order',
    answer: ANSWER,
    lastsS: 8,
    async inject(system) {
      const { provider } = system;
      const port = await freePort();
      const withEvents = await system.replaceService(system.stack.order[0]!, {
        PAYMENT_WEBHOOK_SECRET: WEBHOOK_SECRET,
        PAYMENT_WEBHOOK_PORT: String(port),
      });
      provider.fateOf = (call) => (call === 'charge' ? 'lost' : 'answered');
      const stopEvents = repeatedly(300, () =>
        provider.sendEvents(`http://127.0.0.1:${port}${WEBHOOK_PATH}`),
      );
      return async () => {
        await stopEvents();
        provider.fateOf = () => 'answered';
        await system.replaceService(withEvents);
      };
    },
  },
];
