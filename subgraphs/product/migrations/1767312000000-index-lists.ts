import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Covering indexes for lists of one status. `withdrawn` does not depend on the clock, unlike the status: with it as prefix, each order
 * has an index for all products and one by type. The sale window is part of their entries, so the status is evaluated without reading
 * a row. The `closing` indexes find products whose sale has ended or not.
 */
export class IndexLists1767312000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE product
        ADD COLUMN withdrawn TINYINT AS (withdrawn_at IS NOT NULL) STORED,
        ADD KEY product_shelf_newest       (withdrawn, created_at, id, opens_at, closes_at),
        ADD KEY product_shelf_opening      (withdrawn, opens_at, id, closes_at),
        ADD KEY product_shelf_price        (withdrawn, amount, id, opens_at, closes_at),
        ADD KEY product_shelf_closing      (withdrawn, closes_at, id, opens_at),
        ADD KEY product_shelf_type_newest  (withdrawn, type, created_at, id, opens_at, closes_at),
        ADD KEY product_shelf_type_opening (withdrawn, type, opens_at, id, closes_at),
        ADD KEY product_shelf_type_price   (withdrawn, type, amount, id, opens_at, closes_at),
        ADD KEY product_shelf_type_closing (withdrawn, type, closes_at, id, opens_at),
        DROP KEY product_status
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE product
        ADD KEY product_status (withdrawn_at, opens_at, closes_at, type),
        DROP KEY product_shelf_newest,
        DROP KEY product_shelf_opening,
        DROP KEY product_shelf_price,
        DROP KEY product_shelf_closing,
        DROP KEY product_shelf_type_newest,
        DROP KEY product_shelf_type_opening,
        DROP KEY product_shelf_type_price,
        DROP KEY product_shelf_type_closing,
        DROP COLUMN withdrawn
    `);
  }
}
