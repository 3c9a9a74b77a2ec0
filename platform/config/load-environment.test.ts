import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadEnvironment } from './load-environment.ts';

const folder = mkdtempSync(join(tmpdir(), 'firstcome-environment-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** @returns the environment, after a `.env` with this content was loaded into it */
function load(content: string | Buffer, environment: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const file = join(folder, '.env');
  writeFileSync(file, content);
  loadEnvironment(file, environment);
  return environment;
}

it.each([
  ['a byte order mark', '\uFEFFNODE_ENV=production\nPORT=1\n'],
  ['carriage returns before line breaks', 'NODE_ENV=production\r\nPORT=1\r\n'],
  ['carriage returns only', 'NODE_ENV=production\rPORT=1\r'],
  ['quotes', 'NODE_ENV="production"\nPORT=\'1\'\n'],
  ['quotes in quotes', `NODE_ENV='"production"'\nPORT=1\n`],
  ['spaces and a comment', ' NODE_ENV = production # really\nPORT=1'],
])('a file with %s means production', (_what, content) => {
  expect(load(content)).toMatchObject({ NODE_ENV: 'production', PORT: '1' });
});

it('the environment goes before the file, unless it is blank there', () => {
  const file = 'NODE_ENV=production\nPORT=1\n';
  expect(load(file, { NODE_ENV: 'test', PORT: ' ' })).toEqual({ NODE_ENV: 'test', PORT: '1' });
  expect(load(file, { NODE_ENV: '' })).toMatchObject({ NODE_ENV: 'production' });
});

it.each(['production ', 'production\r', '"production"', '\uFEFFproduction'])(
  'NODE_ENV=%j becomes what packages compare it with',
  (NODE_ENV) => {
    expect(load('', { NODE_ENV })['NODE_ENV']).toBe('production');
  },
);

it.each(['\uFEFFNODE_ENV', 'NODE_ENV ', ' NODE_ENV'])('the name %j counts', (name) => {
  expect(load('', { [name]: 'production' })['NODE_ENV']).toBe('production');
});

it('a blank NODE_ENV is none', () => {
  expect(load('', { NODE_ENV: ' ' })).toEqual({});
});

it.each(['PRODUCTION', 'prod', 'staging'])('NODE_ENV=%s in the file stops the start', (value) => {
  expect(() => load(`NODE_ENV=${value}\n`)).toThrow(/^NODE_ENV is not acceptable/);
});

it.each([
  ['UTF-16, as some shells write it', Buffer.from('\uFEFFNODE_ENV=production\n', 'utf16le')],
  ['no text', Buffer.from([0x4e, 0x3d, 0xff, 0xfe])],
])('a file in %s stops the start', (_what, content) => {
  expect(() => load(content)).toThrow(/is not acceptable: expected text in UTF-8\.$/);
});

it('no file is needed', () => {
  const environment = { NODE_ENV: 'test' };
  loadEnvironment(join(folder, 'missing'), environment);
  expect(environment).toEqual({ NODE_ENV: 'test' });
});
