import { expect, it } from 'vitest';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';

const bed = useOrderTestBed(useStores(), { environment: { SWEEP_EVERY: '20ms' } });

it('orders that cannot be moved do not keep those behind them waiting', async () => {
  const [broken, sound, buyer] = [await bed.sell({ units: 60 }), await bed.sell(), new Buyer(bed)];
  const good = await buyer.ordered(sound);
  const bad = await Promise.all(Array.from({ length: 55 }, () => buyer.ordered(broken)));
  // More than one transaction takes, and before the one that can be moved.
  await bed.pool.query('UPDATE stock SET sold = 0 WHERE product_id = ?', [uuidToBytes(broken)]);
  for (const id of bad) await buyer.makeDue(id, -5_000);
  await buyer.makeDue(good, -1_000);

  await waitUntil(
    'the other order to expire',
    () => buyer.order(good),
    (order) => order?.status === 'EXPIRED',
  );
  expect(await buyer.order(bad[0]!)).toMatchObject({ status: 'PENDING_PAYMENT' });
});

it('an order that could not be moved stays as it was, and is moved once it can be', async () => {
  const [product, buyer] = [await bed.sell(), new Buyer(bed)];
  const { sweeper } = (await bed.services()).services;
  const id = await buyer.ordered(product);
  await bed.pool.query('UPDATE stock SET sold = 0 WHERE product_id = ?', [uuidToBytes(product)]);
  await buyer.makeDue(id);
  await sweeper.run();
  expect(await buyer.order(id)).toMatchObject({ status: 'PENDING_PAYMENT' });

  await bed.pool.query('UPDATE stock SET sold = 1 WHERE product_id = ?', [uuidToBytes(product)]);
  const { sweeper: later } = (await bed.services()).services;
  await waitUntil(
    'the order to expire',
    async () => {
      await later.run();
      return buyer.order(id);
    },
    (order) => order?.status === 'EXPIRED',
  );
});
