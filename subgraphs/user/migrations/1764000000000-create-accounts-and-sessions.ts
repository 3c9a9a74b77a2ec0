import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateAccountsAndSessions1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Texts under encryption are ASCII; their columns hold the longest input that is accepted.
    await runner.query(`
      CREATE TABLE account (
        id            BINARY(16)  NOT NULL,
        email_hash    BINARY(32)  NOT NULL,
        role          VARCHAR(16)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        password_hash VARCHAR(255)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        email         VARCHAR(512)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        name          VARCHAR(512)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        phone_number  VARCHAR(512)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        address       VARCHAR(4096) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        created_at    DATETIME(3) NOT NULL,
        PRIMARY KEY (id),
        UNIQUE KEY account_email_hash (email_hash)
      ) ENGINE = InnoDB`);
    await runner.query(`
      CREATE TABLE session (
        id         BINARY(16)  NOT NULL,
        account_id BINARY(16)  NOT NULL,
        created_at DATETIME(3) NOT NULL,
        ended_at   DATETIME(3) NULL,
        PRIMARY KEY (id),
        KEY session_of_account (account_id, ended_at)
      ) ENGINE = InnoDB`);
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

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE refresh_token, session, account');
  }
}
