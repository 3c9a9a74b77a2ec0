import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A session stores its one valid refresh token; existing sessions are deleted, so users sign in again. The ALTER comes last: all statements before it may be repeated. */
export class OneRowASession1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS refresh_token');
    await runner.query('TRUNCATE TABLE session');
    await runner.query(`
      ALTER TABLE session
        DROP KEY session_of_account,
        DROP COLUMN ended_at,
        ADD COLUMN token_hash BINARY(32) NOT NULL,
        ADD COLUMN expires_at DATETIME(3) NOT NULL,
        ADD KEY session_of_account (account_id, expires_at),
        ADD KEY session_expires (expires_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('TRUNCATE TABLE session');
    await runner.query(`
      ALTER TABLE session
        DROP KEY session_expires,
        DROP KEY session_of_account,
        DROP COLUMN expires_at,
        DROP COLUMN token_hash,
        ADD COLUMN ended_at DATETIME(3) NULL,
        ADD KEY session_of_account (account_id, ended_at)`);
    await runner.query(`
      CREATE TABLE refresh_token (
        token_hash BINARY(32)  NOT NULL,
        session_id BINARY(16)  NOT NULL,
        expires_at DATETIME(3) NOT NULL,
        used_at    DATETIME(3) NULL,
        PRIMARY KEY (token_hash),
        KEY refresh_token_of_session (session_id, expires_at)
      ) ENGINE = InnoDB`);
  }
}
