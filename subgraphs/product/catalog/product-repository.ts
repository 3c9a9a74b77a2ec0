import { In, type DataSource, type EntityManager } from 'typeorm';
import { repeatLostRaces } from '../../../platform/mysql/transaction.ts';
import { Product } from './product.ts';
import { ProductWordEnding } from '../search/name-suffix.ts';
import { endingsOf } from '../search/name-words.ts';

/** The products in MySQL, by id and to change. */
export interface ProductRepository {
  /** One statement, however many ids. Unknown ids are left out, and the order is any. */
  findByIds(ids: readonly string[]): Promise<Product[]>;
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

export function createProductRepository(orm: DataSource): ProductRepository {
  return {
    findByIds: (ids) => orm.getRepository(Product).findBy({ id: In([...ids]) }),
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
