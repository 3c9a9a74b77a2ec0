import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLE = 'ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

/** Attempts to pay, what the simulator remembers in a provider's place, and requests for returns. */
export class CreatePayments1764100000000 implements MigrationInterface {
  readonly name = 'CreatePayments1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS payment (
        id BINARY(16) NOT NULL PRIMARY KEY,
        order_id BINARY(16) NOT NULL,
        status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        amount INT NOT NULL,
        currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        provider_reference VARCHAR(200) NULL,
        attempted_at DATETIME(3) NOT NULL,
        due_at DATETIME(3) NULL,
        KEY payments_of_order (order_id, attempted_at),
        KEY payments_due (status, due_at)
      ) ${TABLE}`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS simulated_charge (
        intent_id BINARY(16) NOT NULL PRIMARY KEY,
        outcome VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        amount INT NOT NULL,
        currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        charged_at DATETIME(3) NOT NULL,
        refunded_at DATETIME(3) NULL
      ) ${TABLE}`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS return_request (
        order_id BINARY(16) NOT NULL PRIMARY KEY,
        reason VARBINARY(4096) NULL,
        requested_at DATETIME(3) NOT NULL
      ) ${TABLE}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['return_request', 'simulated_charge', 'payment']) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }
}
