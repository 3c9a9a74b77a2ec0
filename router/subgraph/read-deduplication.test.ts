import { expect, it } from 'vitest';
import type { SubgraphResponse } from '../../platform/subgraph-client/reply.ts';
import { ReadDeduplication } from './read-deduplication.ts';

function subgraph(freshForMs = 0) {
  const requested: ((answer: SubgraphResponse) => void)[] = [];
  return {
    requested,
    execute: (begins: () => SubgraphResponse | undefined) => {
      begins();
      return new Promise<SubgraphResponse>((resolve) => requested.push(resolve));
    },
    answer: (n: number, text: string) => requested[n]!({ status: 200, text, freshForMs }),
  };
}

it('sends equal reads once while one is in progress, and again after the answer', async () => {
  const { requested, execute, answer } = subgraph();
  const reads = new ReadDeduplication({ maxBytes: 1_000 });
  const both = [reads.read('page', 'a client', execute), reads.read('page', 'a client', execute)];
  expect(requested).toHaveLength(1);
  answer(0, 'first');
  expect((await Promise.all(both)).map(({ text }) => text)).toEqual(['first', 'first']);
  void reads.read('page', 'a client', execute);
  expect(requested).toHaveLength(2);
});

it('keeps reads with other values apart', () => {
  const { requested, execute } = subgraph();
  const reads = new ReadDeduplication({ maxBytes: 1_000 });
  void reads.read('page 1', 'a client', execute);
  void reads.read('page 2', 'a client', execute);
  expect(requested).toHaveLength(2);
});

it('shares no read that hangs', async () => {
  const { requested, execute, answer } = subgraph();
  let now = 0;
  const reads = new ReadDeduplication({ maxBytes: 1_000, now: () => now });
  void reads.read('page', 'a client', execute);
  now = 1_000;
  const second = reads.read('page', 'a client', execute);
  const third = reads.read('page', 'a client', execute);
  expect(requested).toHaveLength(2);
  answer(1, 'second');
  expect(await second).toBe(await third);
});

it('fails together, and sends a new read after it', async () => {
  const reads = new ReadDeduplication({ maxBytes: 1_000 });
  const fails = () => Promise.reject(new Error('no'));
  const both = [reads.read('page', 'a client', fails), reads.read('page', 'a client', fails)];
  for (const one of both) await expect(one).rejects.toThrow('no');
  const { requested, execute } = subgraph();
  void reads.read('page', 'a client', execute);
  expect(requested).toHaveLength(1);
});

it('gives an answer again for as long as the subgraph said, where there is memory for it', async () => {
  for (const [maxBytes, times] of [
    [1_000, 2],
    [0, 3],
  ] as const) {
    const { requested, execute, answer } = subgraph(50);
    let now = 1;
    const reads = new ReadDeduplication({ maxBytes, now: () => now });
    const first = reads.read('page', 'a client', execute);
    answer(0, 'first');
    await first;
    now += 49;
    void reads.read('page', 'a client', execute);
    now += 1_000;
    void reads.read('page', 'a client', execute);
    expect(requested).toHaveLength(times);
  }
});

it('says of an answer that is given again how long it may still be', async () => {
  const { execute, answer } = subgraph(1_000);
  let now = 1;
  const reads = new ReadDeduplication({ maxBytes: 1_000, now: () => now });
  const first = reads.read('page', 'a client', execute);
  answer(0, 'first');
  expect((await first).freshForMs).toBe(1_000);
  now += 400;
  expect((await reads.read('page', 'a client', execute)).freshForMs).toBe(600);
});

it('shares a read that waits for its turn with its own client only, and its answer with all', async () => {
  const reads = new ReadDeduplication({ maxBytes: 1_000 });
  const turns: (() => void)[] = [];
  const sent: string[] = [];
  const readFor = (client: string) =>
    reads.read('page', client, async (begins) => {
      await new Promise<void>((resolve) => turns.push(resolve));
      const there = begins();
      if (!there) sent.push(client);
      return there ?? { status: 200, text: client, freshForMs: 50 };
    });
  const [flood, sameClient, other] = [readFor('flood'), readFor('flood'), readFor('other')];
  expect(turns).toHaveLength(2);
  turns[1]!();
  expect((await other).text).toBe('other');
  turns[0]!();
  expect((await flood).text).toBe('other');
  expect(await sameClient).toBe(await flood);
  expect(sent).toEqual(['other']);
});
