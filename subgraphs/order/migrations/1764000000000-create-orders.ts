import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLE = 'ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

/** Stock, and the orders that take it. */
export class CreateOrders1764000000000 implements MigrationInterface {
  readonly name = 'CreateOrders1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS stock (
        product_id BINARY(16) NOT NULL PRIMARY KEY,
        total INT NOT NULL,
        sold INT NOT NULL,
        epoch INT NOT NULL,
        CONSTRAINT stock_never_oversold CHECK (sold >= 0 AND sold <= total)
      ) ${TABLE}`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS orders (
        id BINARY(16) NOT NULL PRIMARY KEY,
        user_id BINARY(16) NOT NULL,
        status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        request_hash BINARY(16) NOT NULL,
        total_amount INT NOT NULL,
        currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        shipping_address VARBINARY(4096) NULL,
        due_at DATETIME(3) NULL,
        created_at DATETIME(3) NOT NULL,
        KEY orders_of_user (user_id, created_at, id),
        KEY orders_due (status, due_at)
      ) ${TABLE}`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS order_item (
        order_id BINARY(16) NOT NULL,
        product_id BINARY(16) NOT NULL,
        quantity INT NOT NULL,
        unit_price INT NOT NULL,
        product_name VARCHAR(200) NOT NULL,
        epoch INT NOT NULL,
        seq BIGINT NOT NULL,
        PRIMARY KEY (order_id, product_id),
        CONSTRAINT order_item_quantity CHECK (quantity > 0)
      ) ${TABLE}`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS holding (
        product_id BINARY(16) NOT NULL,
        user_id BINARY(16) NOT NULL,
        held INT NOT NULL,
        PRIMARY KEY (product_id, user_id),
        CONSTRAINT holding_not_negative CHECK (held >= 0)
      ) ${TABLE}`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS stock_movement (
        id BINARY(16) NOT NULL PRIMARY KEY,
        product_id BINARY(16) NOT NULL,
        kind VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        quantity INT NOT NULL,
        order_id BINARY(16) NULL,
        user_id BINARY(16) NULL,
        epoch INT NOT NULL,
        created_at DATETIME(3) NOT NULL,
        applied_at DATETIME(3) NULL,
        KEY movements_to_apply (applied_at, created_at)
      ) ${TABLE}`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS order_event (
        order_id BINARY(16) NOT NULL,
        status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        at DATETIME(3) NOT NULL,
        PRIMARY KEY (order_id, at, status)
      ) ${TABLE}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['order_event', 'stock_movement', 'holding', 'order_item', 'orders', 'stock']) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }
}
