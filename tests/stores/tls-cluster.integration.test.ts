import { expect, it } from 'vitest';
import { useCertificateAuthority } from '../harness/certificates.ts';
import { useOrderTestBed } from '../../subgraphs/order/testing/order-test-bed.ts';
import { useRedisCluster } from '../harness/redis-cluster.ts';
import { countAnswers } from '../harness/shop.ts';
import { useStores } from '../harness/stores.ts';

const { stores } = useRedisCluster(useStores(), useCertificateAuthority());
const bed = useOrderTestBed(stores, { orders: 2 });

it('a cluster is found by one name, and each node by the name in its certificate', async () => {
  const products = await Promise.all(Array.from({ length: 12 }, () => bed.sell({ units: 2 })));
  const answers = await Promise.all(
    products.flatMap((product) => Array.from({ length: 4 }, (_, i) => bed.buy(product, { at: i % 2 }))),
  );
  expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 24, SoldOut: 24 });
});
