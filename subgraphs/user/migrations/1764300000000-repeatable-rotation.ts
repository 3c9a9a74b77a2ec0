import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a session needs to give the successor of its last refresh token again. A process of before this leaves both as they are. */
export class RepeatableRotation1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE session
        ADD COLUMN rotation_salt BINARY(16) NULL,
        ADD COLUMN rotated_at DATETIME(3) NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE session DROP COLUMN rotated_at, DROP COLUMN rotation_salt');
  }
}
