import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const API = readFileSync('schema/api.graphql', 'utf8');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firstcome-diff-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs it as it is built, against this schema. */
function diff(before: string, ...options: string[]) {
  const against = join(folder, 'before.graphql');
  writeFileSync(against, before);
  return schemaDiff('--against', against, ...options);
}

function schemaDiff(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/scripts/schema-diff.js', ...args], {
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

it('says that nothing breaks where nothing has changed', () => {
  expect(diff(API)).toMatchObject({ status: 0, said: expect.stringContaining('nothing breaks') as string });
});

it('names what breaks, and fails, unless that is allowed', () => {
  const before = API.replace('type Query {', 'type Query {\n  goneNow: Int');
  const refused = diff(before);
  expect(refused.status).toBe(1);
  expect(refused.said).toContain('Breaking');
  expect(refused.said).toContain('Query.goneNow');
  const allowed = diff(before, '--allow-breaking');
  expect(allowed.status).toBe(0);
  expect(allowed.said).toContain('Query.goneNow');
});

it('names what is dangerous, and does not fail', () => {
  const before = API.replace(/\n {2}"""[^"]*"""\n {2}WITHDRAWN\n/, '');
  expect(before).not.toBe(API);
  const { status, said } = diff(before);
  expect(status).toBe(0);
  expect(said).toContain('Dangerous');
  expect(said).toContain('WITHDRAWN');
});

it('says what is wrong when there is nothing to compare with', () => {
  const { status, said } = schemaDiff('--against', 'no-such-revision');
  expect(status).toBe(2);
  expect(said).toContain('no-such-revision');
});
