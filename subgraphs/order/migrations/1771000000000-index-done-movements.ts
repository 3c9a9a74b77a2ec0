import type { MigrationInterface, QueryRunner } from 'typeorm';

/** For the retention of movements: finds those of one kind that were applied long ago, and never passes a restock, which stays. */
export class IndexDoneMovements1771000000000 implements MigrationInterface {
  readonly name = 'IndexDoneMovements1771000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE stock_movement ADD KEY movements_done (kind, applied_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE stock_movement DROP KEY movements_done');
  }
}
