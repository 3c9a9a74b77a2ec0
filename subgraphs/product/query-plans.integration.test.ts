import type { RowDataPacket } from 'mysql2';
import type { SelectQueryBuilder } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useStores } from '../../tests/harness/stores.ts';
import type { Database } from '../../platform/mysql/database.ts';
import type { ProductOrder, ProductType, SaleStatus } from './__generated__/resolvers-types.ts';
import type { Product } from './entities/product.ts';
import { openProductDatabase } from './product-database.ts';
import { PRODUCT_ORDERS } from './product-order.ts';
import { countQuery, pageQuery, type Selection } from './product-repository.ts';
import { silent, testConfig } from './testing/product-subgraph.ts';

const PRODUCTS = 100_000;
const stores = useStores();
const now = new Date('2026-06-15T12:00:00.000Z');
let database: Database;

/** In three statements: products of both types with windows all around `now`, and the words of their names. */
beforeAll(async () => {
  database = await openProductDatabase(testConfig(stores), silent);
  const digit =
    '(SELECT 0 d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)';
  await database.pool.query(`
    INSERT INTO product
    SELECT UNHEX(LEFT(SHA2(n, 256), 32)), CONCAT(ELT(1 + n % 4, 'mug', 'keyboard', 'lamp', '운동화'), ' ', n), REPEAT('x', 200), NULL,
           IF(n % 4 = 0, 'FLASH_SALE', 'GENERAL'), n % 500, 'KRW',
           '2026-06-01' + INTERVAL n % 720 HOUR, IF(n % 2 = 0, '2026-06-01' + INTERVAL n % 720 + 24 HOUR, NULL), NULL,
           IF(n % 100 = 0, '2026-06-10', NULL), '2026-05-01' + INTERVAL n DIV 3 SECOND, '2026-06-01'
    FROM (SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS n
          FROM ${digit} a, ${digit} b, ${digit} c, ${digit} e, ${digit} f) numbers`);
  for (const word of ["SUBSTRING_INDEX(name, ' ', 1)", "SUBSTRING_INDEX(name, ' ', -1)"]) {
    await database.pool.query(`INSERT INTO product_word_ending SELECT ${word}, id FROM product`);
  }
  await database.pool.query('ANALYZE TABLE product, product_word_ending');
});

afterAll(() => database.close());

interface PlanStep extends RowDataPacket {
  readonly table: string;
  readonly type: string;
  readonly key: string | null;
  readonly rows: number | null;
  readonly Extra: string | null;
}

async function planOf(query: SelectQueryBuilder<Product>): Promise<PlanStep[]> {
  const [sql, parameters] = query.getQueryAndParameters();
  const [steps] = await database.pool.query<PlanStep[]>(`EXPLAIN FORMAT = TRADITIONAL ${sql}`, parameters);
  return steps;
}

const orders = Object.keys(PRODUCT_ORDERS) as ProductOrder[];
const types: (ProductType | null)[] = [null, 'GENERAL', 'FLASH_SALE'];
const statuses: (SaleStatus | null)[] = [null, 'UPCOMING', 'OPEN', 'CLOSED', 'WITHDRAWN'];
const searches = [[], ['mug'], ['운동', '199']];
const page = (order: ProductOrder, after: boolean) => ({
  order,
  limit: 21,
  after: after
    ? { value: PRODUCT_ORDERS[order].by === 'amount' ? 250 : now, id: '80000000-0000-0000-0000-000000000000' }
    : null,
});

describe(`among ${PRODUCTS} products`, () => {
  const all = types.flatMap((type) =>
    statuses.flatMap((status) => searches.map((words) => ({ type, status, words, now }))),
  );

  it('the rows are there', async () => {
    const [[row]] = await database.pool.query<RowDataPacket[]>('SELECT COUNT(*) AS count FROM product');
    expect(row!['count']).toBe(PRODUCTS);
  });

  it.each(orders)('no page in the order %s scans the table, whatever the filter', async (order) => {
    for (const selection of all) {
      for (const after of [false, true]) {
        const scans = (await planOf(pageQuery(database.orm.manager, selection, page(order, after)))).filter(
          isScan,
        );
        expect(scans, JSON.stringify({ selection, after })).toEqual([]);
      }
    }
  });

  it.each(orders)(
    'a page in the order %s, also of one type, is read from where the last one ended, and not sorted',
    async (order) => {
      for (const type of types) {
        for (const after of [false, true]) {
          const selection: Selection = { type, status: null, words: [], now };
          const [step, ...more] = await planOf(
            pageQuery(database.orm.manager, selection, page(order, after)),
          );
          expect(more).toEqual([]);
          expect(step!.key).toMatch(/^product_/);
          expect(step!.Extra ?? '').not.toMatch(/filesort|temporary/);
          expect(await rowsRead(pageQuery(database.orm.manager, selection, page(order, after)))).toBeLessThan(
            50,
          );
        }
      }
    },
  );

  it('no total scans the table', async () => {
    for (const selection of all) {
      const scans = (await planOf(countQuery(database.orm.manager, selection))).filter(isScan);
      expect(scans, JSON.stringify(selection)).toEqual([]);
    }
  });
});

/** Derived tables have no name of ours; what they hold has been found by an index. */
const isScan = (step: PlanStep): boolean => step.type === 'ALL' && !/^</.test(step.table);

async function rowsRead(query: SelectQueryBuilder<Product>): Promise<number> {
  const [sql, parameters] = query.getQueryAndParameters();
  const connection = await database.pool.getConnection();
  try {
    await connection.query('FLUSH STATUS');
    await connection.query(sql, parameters);
    const [counters] = await connection.query<RowDataPacket[]>("SHOW SESSION STATUS LIKE 'Handler_read%'");
    return counters.reduce((sum, counter) => sum + Number(counter['Value']), 0);
  } finally {
    connection.release();
  }
}
