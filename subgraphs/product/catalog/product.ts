import { Column, Entity, PrimaryColumn } from 'typeorm';
import { uuidColumn } from '../../../platform/uuid.ts';
import type { ProductType } from '../__generated__/resolvers-types.ts';

/** A product: its description, price and sale window. Its stock is in the order subgraph. */
@Entity('product')
export class Product {
  /** A UUID of version 7. */
  @PrimaryColumn('binary', { length: 16, transformer: uuidColumn })
  id!: string;

  @Column('varchar', { length: 200 })
  name!: string;

  @Column('text', { nullable: true })
  description!: string | null;

  @Column('varchar', { name: 'image_url', length: 2048, nullable: true })
  imageUrl!: string | null;

  @Column('varchar', { length: 16 })
  type!: ProductType;

  /** In the smallest unit of the currency. */
  @Column('int')
  amount!: number;

  /** ISO 4217. */
  @Column('char', { length: 3 })
  currency!: string;

  /** The first moment of the sale. */
  @Column('datetime', { name: 'opens_at', precision: 3 })
  opensAt!: Date;

  /** The first moment after the sale; null: the sale has no end. */
  @Column('datetime', { name: 'closes_at', precision: 3, nullable: true })
  closesAt!: Date | null;

  /** The most units that one user may hold; null: no limit. */
  @Column('int', { name: 'purchase_limit', nullable: true })
  purchaseLimit!: number | null;

  /** When it was withdrawn from sale, for good; null: it was not. */
  @Column('datetime', { name: 'withdrawn_at', precision: 3, nullable: true })
  withdrawnAt!: Date | null;

  @Column('datetime', { name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column('datetime', { name: 'updated_at', precision: 3 })
  updatedAt!: Date;
}
