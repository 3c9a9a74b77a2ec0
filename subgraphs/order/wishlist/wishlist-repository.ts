import type { EntityManager } from 'typeorm';
import type { Database } from '../../../platform/mysql/database.ts';
import { retryOnLockError } from '../../../platform/mysql/transaction.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { WishlistItem } from './wishlist-item.ts';

export interface WishlistLimits {
  readonly products: number;
  /** Of one product. */
  readonly quantity: number;
}

export interface WishlistRepository {
  /** In the order in which the products were added. */
  listOf(userId: string): Promise<WishlistItem[]>;
  /** Adds to the quantity that is there. Nothing is written where that is beyond a limit. */
  add(
    userId: string,
    line: { readonly productId: string; readonly quantity: number },
    limits: WishlistLimits,
  ): Promise<'added' | 'tooManyProducts' | 'tooLargeQuantity'>;
  /** @returns false when the product is not on the wishlist */
  setQuantity(userId: string, productId: string, quantity: number): Promise<boolean>;
  remove(userId: string, productId: string): Promise<void>;
}

export function createWishlistRepository({ orm }: Database): WishlistRepository {
  const itemsOf = (manager: EntityManager, userId: string) =>
    manager
      .createQueryBuilder(WishlistItem, 'item')
      .where('item.userId = :userId', { userId: uuidToBytes(userId) });

  const itemIs = 'user_id = :userId AND product_id = :productId';
  const ids = (userId: string, productId: string) => ({
    userId: uuidToBytes(userId),
    productId: uuidToBytes(productId),
  });

  return {
    listOf: (userId) =>
      itemsOf(orm.manager, userId).orderBy('item.addedAt').addOrderBy('item.productId').getMany(),

    add: (userId, { productId, quantity }, limits) =>
      retryOnLockError(() =>
        orm.transaction(async (manager) => {
          // A transaction that adds to a list that is not empty waits here for the one before, so the counts below are exact.
          await itemsOf(manager, userId).setLock('pessimistic_write').getMany();
          const items = await itemsOf(manager, userId).getMany();
          const present = items.find((item) => item.productId === productId);
          if (!present && items.length >= limits.products) return 'tooManyProducts';
          const sum = (present?.quantity ?? 0) + quantity;
          if (sum > limits.quantity) return 'tooLargeQuantity';
          await manager.query(
            `INSERT INTO wishlist_item (user_id, product_id, quantity, added_at) VALUES (?, ?, ?, ?)
             ON DUPLICATE KEY UPDATE quantity = quantity + VALUES(quantity)`,
            [uuidToBytes(userId), uuidToBytes(productId), quantity, new Date()],
          );
          return 'added';
        }),
      ),

    setQuantity: async (userId, productId, quantity) => {
      const { affected } = await orm.manager
        .createQueryBuilder()
        .update(WishlistItem)
        .set({ quantity })
        .where(itemIs, ids(userId, productId))
        .execute();
      return affected === 1;
    },

    remove: async (userId, productId) => {
      await orm.manager
        .createQueryBuilder()
        .delete()
        .from(WishlistItem)
        .where(itemIs, ids(userId, productId))
        .execute();
    },
  };
}
