import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Each order of the list has an index that ends in the id, once for all products and once by type, so that a page is read
 * in order from wherever the last one ended. `product_status` counts the products of a status without reading a row.
 */
export class CreateProduct1767225600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE product (
        id             BINARY(16)    NOT NULL PRIMARY KEY,
        name           VARCHAR(200)  NOT NULL,
        description    TEXT          NULL,
        image_url      VARCHAR(2048) NULL,
        type           VARCHAR(16)   NOT NULL,
        amount         INT           NOT NULL,
        currency       CHAR(3)       NOT NULL,
        opens_at       DATETIME(3)   NOT NULL,
        closes_at      DATETIME(3)   NULL,
        purchase_limit INT           NULL,
        withdrawn_at   DATETIME(3)   NULL,
        created_at     DATETIME(3)   NOT NULL,
        updated_at     DATETIME(3)   NOT NULL,
        KEY product_newest       (created_at, id),
        KEY product_opening      (opens_at, id),
        KEY product_price        (amount, id),
        KEY product_type_newest  (type, created_at, id),
        KEY product_type_opening (type, opens_at, id),
        KEY product_type_price   (type, amount, id),
        KEY product_status       (withdrawn_at, opens_at, closes_at, type),
        CONSTRAINT product_amount CHECK (amount >= 0),
        CONSTRAINT product_limit  CHECK (purchase_limit >= 1),
        CONSTRAINT product_window CHECK (closes_at > opens_at),
        CONSTRAINT product_flash  CHECK (type <> 'FLASH_SALE' OR closes_at IS NOT NULL)
      ) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
    `);
    await runner.query(`
      CREATE TABLE product_word_ending (
        ending     VARCHAR(64) NOT NULL,
        product_id BINARY(16)  NOT NULL,
        PRIMARY KEY (ending, product_id),
        KEY product_word_ending_product (product_id, ending)
      ) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE product_word_ending');
    await runner.query('DROP TABLE product');
  }
}
