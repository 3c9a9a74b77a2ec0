import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * For lists of a buyer's orders: with the status in front of the time, a list reads the statuses that it shows and never passes a
 * tombstone, however many there are; and the tombstones of one account are a range of their own, which a limit counts.
 */
export class IndexOrdersByStatus1769000000000 implements MigrationInterface {
  readonly name = 'IndexOrdersByStatus1769000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE orders
        ADD KEY orders_of_user_by_status (user_id, status, created_at, id),
        DROP KEY orders_of_user`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE orders
        ADD KEY orders_of_user (user_id, created_at, id),
        DROP KEY orders_of_user_by_status`);
  }
}
