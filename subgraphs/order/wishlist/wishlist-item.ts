import { Column, Entity, PrimaryColumn } from 'typeorm';
import { uuidColumn } from '../../../platform/uuid.ts';

/** A product that a user means to buy. */
@Entity('wishlist_item')
export class WishlistItem {
  @PrimaryColumn('binary', { name: 'user_id', length: 16, transformer: uuidColumn })
  userId!: string;

  @PrimaryColumn('binary', { name: 'product_id', length: 16, transformer: uuidColumn })
  productId!: string;

  @Column('int')
  quantity!: number;

  @Column('datetime', { name: 'added_at', precision: 3 })
  addedAt!: Date;
}
