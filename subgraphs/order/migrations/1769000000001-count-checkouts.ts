import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whose checkout it is, so that a limit for each account can count them. Null in rows of an older release, for a day. */
export class CountCheckouts1769000000001 implements MigrationInterface {
  readonly name = 'CountCheckouts1769000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE wishlist_checkout
        ADD COLUMN user_id BINARY(16) NULL,
        ADD KEY checkouts_of_user (user_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE wishlist_checkout DROP KEY checkouts_of_user, DROP COLUMN user_id');
  }
}
