import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSql } from '../../tests/harness/run-sql.ts';
import { MYSQL_SERVICES } from './accounts/mysql-accounts.ts';
import { isRunning } from './process-table.ts';
import { startMysql, type RunningMysql } from './start-mysql.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'firstcome-mysql-'));
let mysql: RunningMysql;

beforeAll(async () => {
  mysql = await startMysql({ dataDir });
}, 120_000);

afterAll(async () => {
  await mysql.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const query = (sql: string, url = mysql.url) => runSql(url, sql);

describe('a private MySQL', () => {
  it('answers under the URL that it gives', async () => {
    expect(await query('SELECT 1 + 1 AS sum')).toEqual([{ sum: 2 }]);
  });

  it('writes every commit to disk before it answers', async () => {
    const [row] = await query(
      'SELECT @@innodb_flush_log_at_trx_commit AS flush, @@character_set_server AS charset',
    );
    expect(row).toEqual({ flush: 1, charset: 'utf8mb4' });
  });

  it.each(['root', 'firstcome', 'mysql', 'nobody'])('refuses %s without a password', async (user) => {
    const unlocked = `mysql://${user}@127.0.0.1:${mysql.port}`;
    await expect(query('SELECT 1', unlocked)).rejects.toThrow(/denied|locked/i);
  });

  it('keeps its password where only the owner can read it', () => {
    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  });

  it('keeps its data and its URL over a crash and a second start', async () => {
    const { url, port } = mysql;
    await query('CREATE DATABASE kept');
    await query('CREATE TABLE kept.thing (id INT PRIMARY KEY)');
    await query('INSERT INTO kept.thing VALUES (7)');

    mysql.signal('SIGKILL');
    expect(await mysql.exited).toEqual({ code: null, signal: 'SIGKILL' });
    mysql = await startMysql({ dataDir, port });

    expect(mysql.url).toBe(url);
    expect(await query('SELECT id FROM kept.thing')).toEqual([{ id: 7 }]);
  }, 60_000);

  it('has an account for each service, for the database of that service', async () => {
    for (const service of MYSQL_SERVICES) {
      const url = `${mysql.urls[service]}/firstcome_${service}`;
      await query('CREATE TABLE own (id INT PRIMARY KEY)', url);
      await expect(query('SELECT * FROM kept.thing', url)).rejects.toThrow(/denied/);
    }
    await expect(query('SELECT * FROM firstcome_user.own', mysql.urls.order)).rejects.toThrow(/denied/);
    expect(statSync(join(dataDir, 'accounts.sql')).mode & 0o777).toBe(0o600);
  });

  it('gives the accounts to a folder of an earlier release, with its data', async () => {
    const older = mkdtempSync(join(tmpdir(), 'firstcome-mysql-'));
    const before = await startMysql({ dataDir: older, accounts: '' });
    await query('CREATE DATABASE firstcome_order', before.url);
    await query('CREATE TABLE firstcome_order.orders (id INT PRIMARY KEY)', before.url);
    await query('INSERT INTO firstcome_order.orders VALUES (7)', before.url);
    await expect(query('SELECT 1', before.urls.order)).rejects.toThrow(/denied/);
    await before.stop();

    const after = await startMysql({ dataDir: older });
    expect(await query('SELECT id FROM firstcome_order.orders', after.urls.order)).toEqual([{ id: 7 }]);
    await after.stop();
    rmSync(older, { recursive: true, force: true });
  }, 60_000);

  it('says that its folder is in use to a second server', async () => {
    await expect(startMysql({ dataDir })).rejects.toThrow(/Another server .* is using .*firstcome-mysql-/);
  }, 30_000);

  it('shows its own log when it does not start', async () => {
    const other = mkdtempSync(join(tmpdir(), 'firstcome-mysql-'));
    await expect(startMysql({ dataDir: other, extraArgs: ['--no-such-option'] })).rejects.toThrow(
      /no-such-option/,
    );
    rmSync(other, { recursive: true, force: true });
  }, 60_000);

  it('ends when it is stopped', async () => {
    await mysql.stop();
    expect(isRunning(mysql.pid, dataDir)).toBe(false);
  });
});
