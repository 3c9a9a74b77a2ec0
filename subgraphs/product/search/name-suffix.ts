import { Entity, PrimaryColumn } from 'typeorm';
import { uuidColumn } from '../../../platform/uuid.ts';

/** What the search finds products by; see `search/name-words.ts`. */
@Entity('product_word_ending')
export class ProductWordEnding {
  @PrimaryColumn('varchar', { length: 64 })
  ending!: string;

  @PrimaryColumn('binary', { name: 'product_id', length: 16, transformer: uuidColumn })
  productId!: string;
}
