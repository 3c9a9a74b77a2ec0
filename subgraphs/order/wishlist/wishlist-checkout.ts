import { Column, Entity, PrimaryColumn } from 'typeorm';
import { uuidColumn } from '../../../platform/uuid.ts';
import type { Line } from '../purchase/attempt.ts';

const asJson = {
  to: (lines: readonly Line[]): string =>
    JSON.stringify(lines.map((line) => [line.productId, line.quantity])),
  from: (text: string): Line[] =>
    (JSON.parse(text) as [string, number][]).map(([productId, quantity]) => ({ productId, quantity })),
};

/**
 * What a checkout buys: the wishlist as it was at the first attempt under its key. Every later attempt buys the same, whatever
 * became of the wishlist meanwhile; otherwise two attempts under one key could be two different purchases. Without items once
 * an attempt was refused. The row is there until what was bought has been taken off the wishlist, so that this happens once.
 */
@Entity('wishlist_checkout')
export class WishlistCheckout {
  @PrimaryColumn('binary', { name: 'order_id', length: 16, transformer: uuidColumn })
  orderId!: string;

  /** Null where an older release wrote it. */
  @Column('binary', { name: 'user_id', length: 16, nullable: true, transformer: uuidColumn })
  userId!: string | null;

  @Column('varchar', { length: 8192, transformer: asJson })
  items!: readonly Line[];

  @Column('datetime', { name: 'started_at', precision: 3 })
  startedAt!: Date;
}
