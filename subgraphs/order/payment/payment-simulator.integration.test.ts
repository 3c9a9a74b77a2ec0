import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { PaymentSimulator } from './payment-simulator.ts';

const bed = useOrderTestBed(useStores());
const simulator = () => new PaymentSimulator(bed.pool, 0);
const never = new AbortController().signal;
const intent = () => ({
  id: randomUUID(),
  amount: 1_000,
  currency: 'KRW',
  notAfter: new Date(Date.now() + 60_000),
});

it('charges nothing under an intent that was cancelled, at whatever time the charge arrives', async () => {
  const [provider, one] = [simulator(), intent()];
  expect(await provider.lookUp(one.id)).toEqual({ kind: 'notFound' });
  expect(await provider.cancel(one.id)).toEqual({ kind: 'declined' });
  expect(await provider.cancel(one.id)).toEqual({ kind: 'declined' });
  expect(await provider.charge(one, 'sim_success', never)).toEqual({ kind: 'declined' });
  expect(await provider.lookUp(one.id)).toEqual({ kind: 'declined' });
});

it('says that a charge came first where a cancel comes second', async () => {
  const [provider, one] = [simulator(), intent()];
  const charged = await provider.charge(one, 'sim_success', never);
  expect(charged).toMatchObject({ kind: 'succeeded' });
  expect(await provider.cancel(one.id)).toEqual(charged);
});

it('either charges or cancels where both arrive at once', async () => {
  const provider = simulator();
  const intents = Array.from({ length: 20 }, intent);
  await Promise.all(
    intents.map(async (one) => {
      const [charged, cancelled] = await Promise.all([
        provider.charge(one, 'sim_success', never),
        provider.cancel(one.id),
      ]);
      expect(cancelled).toEqual(charged);
    }),
  );
});
