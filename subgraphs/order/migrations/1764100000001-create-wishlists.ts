import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLE = 'ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

/** Wishlists, and what the checkouts under way are buying. */
export class CreateWishlists1764100000001 implements MigrationInterface {
  readonly name = 'CreateWishlists1764100000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS wishlist_item (
        user_id BINARY(16) NOT NULL,
        product_id BINARY(16) NOT NULL,
        quantity INT NOT NULL,
        added_at DATETIME(3) NOT NULL,
        PRIMARY KEY (user_id, product_id),
        CONSTRAINT wishlist_item_quantity CHECK (quantity > 0)
      ) ${TABLE}`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS wishlist_checkout (
        order_id BINARY(16) NOT NULL PRIMARY KEY,
        items VARCHAR(8192) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        started_at DATETIME(3) NOT NULL,
        KEY checkouts_by_age (started_at)
      ) ${TABLE}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['wishlist_checkout', 'wishlist_item']) await runner.query(`DROP TABLE ${table}`);
  }
}
