import { In, type DataSource, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import type { RelaxedReads } from '../../platform/mysql/relaxed-reads.ts';
import { repeatLostRaces } from '../../platform/mysql/transaction.ts';
import { uuidToBytes } from '../../platform/uuid.ts';
import type { ProductOrder, ProductType, SaleStatus } from './__generated__/resolvers-types.ts';
import { Product } from './entities/product.ts';
import { ProductWordEnding } from './entities/product-word-ending.ts';
import { PRODUCT_ORDERS, type Position } from './product-order.ts';
import { SALE_STATUS_IN_SQL } from './sale-status.ts';
import { endingsOf } from './search/name-words.ts';

/** Which products a list is about. */
export interface Selection {
  readonly type: ProductType | null;
  readonly status: SaleStatus | null;
  /** The name contains each of them. */
  readonly words: readonly string[];
  /** The moment at which the status is told. */
  readonly now: Date;
}

export interface PageRequest {
  readonly order: ProductOrder;
  /** Null: from the beginning. */
  readonly after: Position | null;
  readonly limit: number;
}

/** The products in MySQL. The only file that talks to it. */
export interface ProductRepository {
  /** One statement, however many ids. Unknown ids are left out, and the order is any. */
  findByIds(ids: readonly string[]): Promise<Product[]>;
  /** As the replica has them, where there is one: what was just changed may be missing. */
  findPage(selection: Selection, page: PageRequest): Promise<Product[]>;
  /** As `findPage`. */
  count(selection: Selection): Promise<number>;
  insert(product: Product): Promise<void>;
  /**
   * Runs `work` on a product while nobody else can change it, and commits. It runs again from its beginning when it lost a race
   * for a lock.
   *
   * @param work gets null when there is no such product
   * @throws what `work` threw; then nothing has been saved. A connection that is lost in COMMIT leaves that open.
   */
  underLock<Result>(
    id: string,
    work: (current: Product | null, save: (next: Product) => Promise<void>) => Promise<Result>,
  ): Promise<Result>;
}

export function createProductRepository(orm: DataSource, lists: RelaxedReads): ProductRepository {
  return {
    findByIds: (ids) => orm.getRepository(Product).findBy({ id: In([...ids]) }),
    findPage: (selection, page) => lists.read((manager) => pageQuery(manager, selection, page).getMany()),
    count: async (selection) => {
      const row = await lists.read((manager) =>
        countQuery(manager, selection).getRawOne<{ count: string | number }>(),
      );
      return Number(row?.count);
    },

    insert: (product) =>
      orm.transaction(async (manager) => {
        await manager.insert(Product, product);
        await insertEndings(manager, product);
      }),

    underLock: (id, work) =>
      repeatLostRaces(() =>
        orm.transaction(async (manager) => {
          const current = await manager.findOne(Product, {
            where: { id },
            lock: { mode: 'pessimistic_write' },
          });
          return work(current, async (next) => {
            await manager.update(Product, { id }, next);
            if (next.name !== current?.name) {
              await manager.delete(ProductWordEnding, { productId: id });
              await insertEndings(manager, next);
            }
          });
        }),
      ),
  };
}

async function insertEndings(manager: EntityManager, product: Product): Promise<void> {
  const endings = endingsOf(product.name).map((ending) => ({ ending, productId: product.id }));
  if (endings.length > 0) await manager.insert(ProductWordEnding, endings);
}

export function pageQuery(
  manager: EntityManager,
  selection: Selection,
  { order, after, limit }: PageRequest,
): SelectQueryBuilder<Product> {
  const { by, direction } = PRODUCT_ORDERS[order];
  const query = selectProducts(manager, selection);
  if (after) {
    const beyond = direction === 'ASC' ? '>' : '<';
    query.andWhere(
      `(product.${by} ${beyond} :afterValue OR (product.${by} = :afterValue AND product.id ${beyond} :afterId))`,
      { afterValue: after.value, afterId: uuidToBytes(after.id) },
    );
  }
  // The range has one type in it, but only an order that names it is read from an index.
  if (selection.type) query.orderBy('product.type', direction);
  return query.addOrderBy(`product.${by}`, direction).addOrderBy('product.id', direction).limit(limit);
}

function selectProducts(
  manager: EntityManager,
  { type, status, words, now }: Selection,
): SelectQueryBuilder<Product> {
  const query = manager.createQueryBuilder(Product, 'product');
  // A range of one: for `type = …` MariaDB reads all products of the type up to the place where a page begins.
  if (type) query.andWhere('product.type >= :type AND product.type <= :type', { type });
  if (status) query.andWhere(SALE_STATUS_IN_SQL[status], { now });
  words.forEach((word, index) => {
    query.andWhere(
      `product.id IN (SELECT w.product_id FROM product_word_ending w WHERE w.ending LIKE :word${index})`,
      // A word is letters and digits, so that LIKE finds nothing to interpret in it.
      { [`word${index}`]: `${word}%` },
    );
  });
  return query;
}

/** One row with a `count`. */
export const countQuery = (manager: EntityManager, selection: Selection): SelectQueryBuilder<Product> =>
  selectProducts(manager, selection).select('COUNT(*)', 'count');
