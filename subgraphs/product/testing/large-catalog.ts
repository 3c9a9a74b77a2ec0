import { createHash } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { connectionOptions } from '../../../platform/mysql/connection-options.ts';
import { suffixesOf } from '../search/name-words.ts';

/** Inserts `count` products into MySQL, of both types, in every status at `now`, with their rows of the suffix index. */
export async function fillCatalog(url: string, database: string, count: number, now: Date): Promise<void> {
  const numbers = Array.from({ length: count }, (_, n) => n);
  const suffixes = numbers.flatMap((n) =>
    suffixesOf(nameOf(n)).map((suffix): [string, Buffer] => [suffix, idOf(n)]),
  );
  // In the order of the primary key, which takes a third of the time.
  suffixes.sort(([a], [b]) => (a < b ? -1 : 1));

  // A session of its own, which may be idle for longer than those of the subgraph.
  const session = await createConnection(connectionOptions(url, database));
  for (const some of chunksOf(numbers, 5_000)) {
    await session.query(
      `INSERT INTO product (id, name, description, type, amount, currency, opens_at, closes_at, withdrawn_at, created_at, updated_at)
       VALUES ?`,
      [some.map((n) => productRow(n, count, now))],
    );
  }
  for (const some of chunksOf(suffixes, 20_000))
    await session.query('INSERT INTO product_word_ending VALUES ?', [some]);
  await session.query('ANALYZE TABLE product, product_word_ending');
  await session.end();
}

const nameOf = (n: number): string => `${['mug', 'keyboard', 'lamp', '운동화'][n % 4] ?? ''} ${n}`;
const idOf = (n: number): Buffer => createHash('sha256').update(String(n)).digest().subarray(0, 16);

/** The older half has closed, the newest tenth is upcoming: status and age are correlated, as in a real catalog. */
function productRow(n: number, count: number, now: Date): unknown[] {
  const age = 1 - n / count;
  const at = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
  const opensAt = at((0.1 - age) * 1_000);
  const closesAt = n % 4 === 0 || age >= 0.5 ? at((0.5 - age) * 1_000 + (age < 0.5 ? 500 : 0)) : null;
  return [
    idOf(n),
    nameOf(n),
    'x'.repeat(200),
    n % 4 === 0 ? 'FLASH_SALE' : 'GENERAL',
    n % 500,
    'KRW',
    opensAt,
    closesAt,
    n % 100 === 0 ? now : null,
    at(-age * 2_000),
    now,
  ];
}

const chunksOf = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
