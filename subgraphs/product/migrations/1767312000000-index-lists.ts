import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * For lists of one status. `withdrawn` is a fact, unlike the status: with it in front, each order has an index again for all
 * products and by type, and the window of the sale stands in its entries, so that the status is told without touching a
 * row. The `closing` ones find those whose sale has ended or not.
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
