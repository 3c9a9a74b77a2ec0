import { describe, expect, it } from 'vitest';
import { createLogger } from '../../platform/logger.ts';
import { Buyer } from './testing/order-buyer.ts';
import { useOrderTestBed } from './testing/order-test-bed.ts';
import { useStores } from '../../tests/harness/stores.ts';
import { ENCRYPTION_KEYS } from '../../tests/harness/subgraph-call.ts';
import { startOrderSubgraph } from './start.ts';

const bed = useOrderTestBed(useStores());

/** Starts another process of the order subgraph at the same stores. */
async function startWith(encryptionKeys: string): Promise<void> {
  const process = await startOrderSubgraph({ ...bed.config, encryptionKeys }, createLogger('test', 'silent'));
  await process.close();
}

const keyOf = (id: string, letter: string) => `${id}:${Buffer.alloc(32, letter).toString('base64url')}`;

describe('encryption keys', () => {
  it('that do not fit the orders stop the start with a sentence, also where no fingerprint is stored yet', async () => {
    const product = await bed.sell();
    const buyer = new Buyer(bed);
    await buyer.giveAddress(await buyer.ordered(product));
    const another = [keyOf('test', 'x'), 'ENCRYPTION_KEYS test does not fit the database'] as const;
    const without = [keyOf('k9', 'y'), 'ENCRYPTION_KEYS'] as const;
    for (const [keys, sentence] of [another, without]) {
      await expect(startWith(keys)).rejects.toThrow(sentence);
      await bed.pool.query('DELETE FROM key_fingerprint');
      await expect(startWith(keys)).rejects.toThrow(sentence.split(' ')[0]);
      await startWith(ENCRYPTION_KEYS);
    }
  });

  it('may be changed as `npm run keys:rotate` does it', async () => {
    const fresh = keyOf('k2', 'z');
    for (const keys of [`${ENCRYPTION_KEYS},next:${fresh}`, `${fresh},${ENCRYPTION_KEYS}`])
      await startWith(keys);
    await expect(startWith(`${keyOf('k2', 'w')},${ENCRYPTION_KEYS}`)).rejects.toThrow(
      'ENCRYPTION_KEYS k2 does not fit the database',
    );
  });
});
