import { In, type DataSource, type EntityManager } from 'typeorm';
import { retryOnLockError } from '../../../platform/mysql/transaction.ts';
import { Product } from './product.ts';
import { ProductNameSuffix } from '../search/name-suffix.ts';
import { suffixesOf } from '../search/name-words.ts';

/** The products in MySQL: reads by id, and changes. */
export interface ProductRepository {
  /** One statement, however many ids. Unknown ids are left out, and the order is any. */
  findByIds(ids: readonly string[]): Promise<Product[]>;
  insert(product: Product): Promise<void>;
  /**
   * Runs `work` on a product under its row lock, and commits. It runs again from its beginning after a deadlock or a lock timeout.
   *
   * @param work gets null when there is no such product
   * @throws what `work` threw; then nothing has been saved. A connection that is lost in COMMIT leaves that open.
   */
  underLock<Result>(
    id: string,
    work: (current: Product | null, save: (next: Product) => Promise<void>) => Promise<Result>,
  ): Promise<Result>;
}

export function createProductRepository(orm: DataSource): ProductRepository {
  return {
    findByIds: (ids) => orm.getRepository(Product).findBy({ id: In([...ids]) }),
    insert: (product) =>
      orm.transaction(async (manager) => {
        await manager.insert(Product, product);
        await insertSuffixes(manager, product);
      }),

    underLock: (id, work) =>
      retryOnLockError(() =>
        orm.transaction(async (manager) => {
          const current = await manager.findOne(Product, {
            where: { id },
            lock: { mode: 'pessimistic_write' },
          });
          return work(current, async (next) => {
            await manager.update(Product, { id }, next);
            if (next.name !== current?.name) {
              await manager.delete(ProductNameSuffix, { productId: id });
              await insertSuffixes(manager, next);
            }
          });
        }),
      ),
  };
}

async function insertSuffixes(manager: EntityManager, product: Product): Promise<void> {
  const suffixes = suffixesOf(product.name).map((suffix) => ({ suffix, productId: product.id }));
  if (suffixes.length > 0) await manager.insert(ProductNameSuffix, suffixes);
}
