import { describe, expect, it } from 'vitest';
import { Fault } from '../../../platform/errors.ts';
import type { SubgraphClient } from '../../../platform/subgraph-client/client.ts';
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

/** A product subgraph that answers when the test lets it. */
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

describe('a product whose terms are known', () => {
  /** A product subgraph that can be switched off, and its reader with what it knows a second old. */
  async function withStaleTerms(staleMs: number) {
    let answer: SubgraphClient['send'] = (request) => {
      const { references } = request.variables as { references: { id: string }[] };
      return Promise.resolve({ data: { _entities: references.map(({ id }) => entity(id)) } });
    };
    const reader = new ProductReader({ send: (...request) => answer(...request) }, staleMs);
    await reader.read('x');
    const stale = performance.now() + 600;
    await waitUntil('what is known to be stale', () => performance.now() > stale);
    return { reader, replaceBy: (other: SubgraphClient['send']) => (answer = other) };
  }

  it('is read as it is known while the product subgraph fails, and another one is unavailable', async () => {
    const { reader, replaceBy } = await withStaleTerms(60_000);
    replaceBy(() => Promise.reject(new Fault('UNAVAILABLE')));
    expect(await reader.read('x')).toMatchObject({ id: 'x' });
    await expect(reader.read('y')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('is read without a wait while the product subgraph is frozen, by one request at a time', async () => {
    const { reader, replaceBy } = await withStaleTerms(60_000);
    let requests = 0;
    replaceBy(() => {
      requests++;
      return new Promise(() => undefined);
    });
    await reader.read('x');
    const begun = performance.now();
    for (let i = 0; i < 1_000; i++) expect(await reader.read('x')).toMatchObject({ id: 'x' });
    expect(performance.now() - begun).toBeLessThan(1_000);
    await expect(reader.read('y')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(requests).toBe(1);
  });

  it('is not read any more once they are too old', async () => {
    const { reader, replaceBy } = await withStaleTerms(500);
    replaceBy(() => Promise.reject(new Fault('UNAVAILABLE')));
    await expect(reader.read('x')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
