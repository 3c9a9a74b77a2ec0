import { expect, it } from 'vitest';
import type { SubgraphClient } from '../../../platform/http/subgraph-client.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { ProductReader } from './product-reader.ts';

const entity = (id: string) => ({
  id,
  name: 'Lucky box',
  price: { amount: 1, currency: 'KRW' },
  opensAt: '2020-01-01T00:00:00.000Z',
  closesAt: null,
  status: 'ON_SALE',
  purchaseLimit: null,
});

/** A product subgraph that answers when it is told to. */
function slowSubgraph() {
  const answers: (() => void)[] = [];
  const send: SubgraphClient['send'] = (request) =>
    new Promise((resolve) => {
      const references = (request.variables as { references: { id: string }[] }).references;
      answers.push(() => resolve({ data: { _entities: references.map(({ id }) => entity(id)) } }));
    });
  return { client: { send }, answers };
}

it('a product that is there is found, however slowly the product subgraph answers', async () => {
  const { client, answers } = slowSubgraph();
  const reader = new ProductReader(client);
  const first = reader.read('x');
  await waitUntil('the first question', () => answers.length === 1);
  // Both wait behind the first question; then `x` is known, and the one for `y` takes longer than `x` stays fresh.
  const [again, other] = [reader.read('x'), reader.read('y')];
  answers[0]!();
  expect(await first).toMatchObject({ id: 'x' });
  await waitUntil('the second question', () => answers.length === 2);
  const stale = performance.now() + 600;
  await waitUntil('what is known to be stale', () => performance.now() > stale);
  answers[1]!();
  expect(await other).toMatchObject({ id: 'y' });
  expect(await again).toMatchObject({ id: 'x' });
});
