import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Fingerprints of the keys that texts of orders are encrypted under, so that a process with other keys does not start. */
export class KeyFingerprints1773000000000 implements MigrationInterface {
  readonly name = 'KeyFingerprints1773000000000';

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
