import { v7 as uuidv7 } from 'uuid';
import { expect, it } from 'vitest';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';

const bed = useOrderTestBed(useStores());

/** Restocks of one unit each, as a process leaves them that died after COMMIT. */
async function leaveMovements(product: string, count: number, createdAt: Date): Promise<void> {
  const { epoch } = await bed.ledger(product);
  await bed.pool.query('UPDATE stock SET total = total + ? WHERE product_id = ?', [
    count,
    uuidToBytes(product),
  ]);
  const row = () => [uuidToBytes(uuidv7()), uuidToBytes(product), 'RESTOCK', 1, epoch, createdAt];
  await bed.pool.query(
    'INSERT INTO stock_movement (id, product_id, kind, quantity, epoch, created_at) VALUES ?',
    [Array.from({ length: count }, row)],
  );
}

const whenTotalIs = (product: string, units: number) =>
  waitUntil(
    'the movements to be applied',
    async () => {
      const { epoch } = await bed.ledger(product);
      return bed.redis.hget(bed.key(product, `${epoch}:stock`), 'total').catch(() => null);
    },
    (total) => total === String(units),
    10_000,
  );

it('the movements of a product are applied though hundreds of another one, which are older, cannot be', async () => {
  const [broken, product] = [await bed.sell({ units: 5 }), await bed.sell({ units: 5 })];
  const gate = bed.key(broken, 'gate');
  let isBreaking = true;
  const breaking = (async () => {
    while (isBreaking) await bed.redis.pipeline().del(gate).rpush(gate, 'garbage').exec();
  })();
  await leaveMovements(broken, 1_200, new Date(Date.now() - 60_000));
  await leaveMovements(product, 10, new Date());
  await whenTotalIs(product, 15);
  isBreaking = false;
  await breaking;

  await whenTotalIs(broken, 1_205);
  // A call that was under way may have met what was garbage.
  expect(await bed.buyWithRetries(broken)).toMatchObject({ __typename: 'PurchaseConfirmed' });
});
