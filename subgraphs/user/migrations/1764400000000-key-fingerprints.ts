import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Fingerprints of the keys that accounts depend on, so that a process with other keys does not start. */
export class KeyFingerprints1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS key_fingerprint (
        name        VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        fingerprint BINARY(32) NOT NULL,
        PRIMARY KEY (name)
      ) ENGINE = InnoDB`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE key_fingerprint');
  }
}
