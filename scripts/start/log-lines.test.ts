import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isInformative, LogReader, readLine } from './log-lines.ts';

describe('a line of a log', () => {
  it('is shown as its message and its error', () => {
    const line = JSON.stringify({ level: 50, msg: 'could not start', err: { message: 'no server' } });
    expect(readLine(line)).toEqual({ text: 'could not start: no server', isWarning: true });
  });

  it('names the store that it is about', () => {
    const line = JSON.stringify({
      level: 40,
      store: 'MySQL',
      setting: 'MYSQL_URL',
      host: 'db.example:3306',
      waitedS: 3,
      reason: 'ECONNREFUSED',
      msg: 'waiting for a store',
    });
    expect(readLine(line)).toEqual({
      text: 'waiting for a store: MySQL at db.example:3306 (MYSQL_URL): ECONNREFUSED',
      isWarning: true,
    });
  });

  it('is no warning below level 40', () => {
    expect(readLine('{"level":30,"msg":"ready"}').isWarning).toBe(false);
  });

  it('stays as it is when it is not JSON', () => {
    expect(readLine('PORT must be set.')).toEqual({ text: 'PORT must be set.', isWarning: false });
  });

  it('is left out when it is a stack frame', () => {
    expect(isInformative('    at main (file.js:1:1)')).toBe(false);
    expect(isInformative('Error: boom')).toBe(true);
  });
});

describe('a log reader', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'firstcome-log-'));
    file = join(folder, 'service.log');
    appendFileSync(file, '');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives each line once, and only when it is complete', () => {
    const reader = new LogReader(file);
    appendFileSync(file, 'one\ntw');
    expect(reader.readNew()).toEqual(['one']);
    appendFileSync(file, 'o\n');
    expect(reader.readNew()).toEqual(['two']);
    expect(reader.readNew()).toEqual([]);
  });

  it('gives the newest lines of a flood', () => {
    const reader = new LogReader(file);
    appendFileSync(file, `${'x'.repeat(200_000)}\nlast\n`);
    expect(reader.readNew().at(-1)).toBe('last');
  });
});
