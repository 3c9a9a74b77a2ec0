import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A name of 100 characters has 400 bytes at most; encrypted, with the longest id of a key, that is 605 characters. */
export class WidenName1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE account MODIFY name VARCHAR(1024) CHARACTER SET ascii COLLATE ascii_bin NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE account MODIFY name VARCHAR(512) CHARACTER SET ascii COLLATE ascii_bin NOT NULL',
    );
  }
}
