import { Entity, PrimaryColumn } from 'typeorm';
import { uuidColumn } from '../../../platform/uuid.ts';

/** A row of the suffix index that the search finds products by; see `name-words.ts`. */
@Entity('product_word_ending')
export class ProductNameSuffix {
  @PrimaryColumn('varchar', { name: 'ending', length: 64 })
  suffix!: string;

  @PrimaryColumn('binary', { name: 'product_id', length: 16, transformer: uuidColumn })
  productId!: string;
}
