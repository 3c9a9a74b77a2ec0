import type { Database } from '../../../platform/mysql/database.ts';
import { retryOnLockError } from '../../../platform/mysql/transaction.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import type { Line } from '../purchase/attempt.ts';
import { WishlistCheckout } from './wishlist-checkout.ts';

export interface CheckoutRepository {
  /** @returns what the checkout buys, as an attempt has settled it; null when none has, or it was refused */
  find(orderId: string): Promise<readonly Line[] | null>;
  /** @returns what the checkout buys: these lines, unless another attempt has settled it before */
  begin(orderId: string, userId: string, lines: readonly Line[]): Promise<readonly Line[]>;
  /** Takes what was bought off the wishlist, once for a checkout. What was put there meanwhile stays. */
  finish(orderId: string, userId: string, bought: readonly Line[]): Promise<void>;
  /**
   * An attempt has bought nothing: the next one settles anew what the checkout buys. Another one that is under way may still
   * buy what was settled before, so the checkout stays, to be finished once.
   */
  unsettle(orderId: string): Promise<void>;
}

/** No lines, as they are stored. */
const NOTHING = '[]';

export function createCheckoutRepository({ orm }: Database): CheckoutRepository {
  const checkouts = orm.getRepository(WishlistCheckout);
  const checkoutIs = 'order_id = :orderId';
  const idOf = (orderId: string) => ({ orderId: uuidToBytes(orderId) });

  async function find(orderId: string): Promise<readonly Line[] | null> {
    const checkout = await checkouts
      .createQueryBuilder('checkout')
      .where('checkout.orderId = :orderId', idOf(orderId))
      .getOne();
    return checkout && checkout.items.length > 0 ? checkout.items : null;
  }

  return {
    find,

    begin: async (orderId, userId, items) => {
      await checkouts
        .createQueryBuilder()
        .insert()
        .orIgnore()
        .values({ orderId, userId, items, startedAt: new Date() })
        .updateEntity(false)
        .execute();
      await checkouts
        .createQueryBuilder()
        .update()
        .set({ items, startedAt: new Date() })
        .where(`${checkoutIs} AND items = :nothing`, { ...idOf(orderId), nothing: NOTHING })
        .execute();
      return (await find(orderId)) ?? items;
    },

    finish: (orderId, userId, bought) =>
      retryOnLockError(() =>
        orm.transaction(async (manager) => {
          const checkout = await manager
            .createQueryBuilder(WishlistCheckout, 'checkout')
            .setLock('pessimistic_write')
            .where('checkout.orderId = :orderId', idOf(orderId))
            .getOne();
          if (!checkout) return;
          for (const { productId, quantity } of bought) {
            const item = [uuidToBytes(userId), uuidToBytes(productId), quantity];
            await manager.query(
              'DELETE FROM wishlist_item WHERE user_id = ? AND product_id = ? AND quantity <= ?',
              item,
            );
            await manager.query(
              'UPDATE wishlist_item SET quantity = quantity - ? WHERE user_id = ? AND product_id = ? AND quantity > ?',
              [quantity, ...item],
            );
          }
          await manager.query('DELETE FROM wishlist_checkout WHERE order_id = ?', [uuidToBytes(orderId)]);
        }),
      ),

    unsettle: async (orderId) => {
      await checkouts
        .createQueryBuilder()
        .update()
        .set({ items: [] })
        .where(checkoutIs, idOf(orderId))
        .execute();
    },
  };
}
