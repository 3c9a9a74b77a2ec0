import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { knownSettings, settingOf } from './environment.ts';
import { loadEnvironment } from './load-environment.ts';
import { misspeltSettings } from './misspelt-settings.ts';
import { fileSettingOf } from './secret-files.ts';
import { makeSecrets, readSecret } from './secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'firstcome-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(content: string | Buffer): string {
  const file = join(folder, `secret-${Math.random()}`);
  writeFileSync(file, content);
  return file;
}

const read = (environment: NodeJS.ProcessEnv) => () => settingOf('REDIS_URL', environment);

/** What holds a secret or a URL with a password, by its name; the passwords are those of docker-compose.yml alone. */
const SECRET = /(_SECRET|_KEYS?|_HEADERS|^ADMIN_PASSWORD|^(MYSQL|MYSQL_REPLICA|REDIS|SMTP)_URL)$/;

describe('a secret in a file', () => {
  it('can be given for every secret setting', () => {
    const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
    const secrets = [...example.matchAll(/^# ([A-Z][A-Z_]+)=/gm)]
      .map(([, name]) => name!)
      .filter((name) => SECRET.test(name));
    expect(secrets).toEqual(expect.arrayContaining(['MYSQL_URL', ...Object.keys(makeSecrets())]));
    for (const name of secrets) expect(fileSettingOf(name), name).toBe(`${name}_FILE`);
  });

  it.each(['redis://h', 'redis://h\n', 'redis://h\r\n', '\uFEFFredis://h\n'])(
    'is read from %j',
    (content) => {
      expect(read({ REDIS_URL_FILE: fileWith(content) })()).toBe('redis://h');
    },
  );

  it('is read where a process reads its secrets', () => {
    const environment = { NODE_ENV: 'production', LOOKUP_KEY_FILE: fileWith(`${'k'.repeat(43)}\n`) };
    expect(readSecret('LOOKUP_KEY', folder, environment)).toBe('k'.repeat(43));
  });

  it('stops the start when the variable is set, too', () => {
    const environment = { REDIS_URL: 'redis://h', REDIS_URL_FILE: fileWith('redis://h') };
    expect(read(environment)).toThrow('REDIS_URL and REDIS_URL_FILE are both set: expected one of them.');
  });

  it('stops the start when it is missing, empty or not text', () => {
    const missing = join(folder, 'missing');
    expect(read({ REDIS_URL_FILE: missing })).toThrow(
      `REDIS_URL_FILE is not acceptable: the file ${missing} cannot be read (ENOENT).`,
    );
    expect(read({ REDIS_URL_FILE: folder })).toThrow(/cannot be read \(EISDIR\)\.$/);
    expect(read({ REDIS_URL_FILE: fileWith('\n') })).toThrow(/ is empty\.$/);
    for (const content of ['""', "''\n", '" "', '\uFEFF\n'])
      expect(read({ REDIS_URL_FILE: fileWith(content) })).toThrow(/ is empty\.$/);
    expect(read({ REDIS_URL_FILE: fileWith(Buffer.from([0xff, 0xfe])) })).toThrow(/ to be text in UTF-8\.$/);
  });

  it.each([
    'redis://h\nredis://i',
    'redis://h\r\nredis://i\r\n',
    'redis://h\rx',
    '"redis://h\n"',
    '# redis\nredis://h\n',
  ])('stops the start when it has several lines: %j', (content) => {
    const file = fileWith(content);
    expect(read({ REDIS_URL_FILE: file })).toThrow(
      `REDIS_URL_FILE is not acceptable: the file ${file} has more than one line; expected the secret alone.`,
    );
  });

  it('may be a key set over several lines', () => {
    const keySet = JSON.stringify({ keys: [{ kty: 'RSA' }] }, null, 2);
    const environment = { NODE_ENV: 'test', SIGNING_KEYS_FILE: fileWith(`${keySet}\n`) };
    expect(readSecret('SIGNING_KEYS', folder, environment)).toBe(keySet);
  });

  it('is no form of a setting that is no secret', () => {
    expect(settingOf('PLAYGROUND', { PLAYGROUND_FILE: fileWith('on') })).toBeUndefined();
  });

  it('has a name that is known, so that a misspelt one is found', () => {
    knownSettings.clear();
    read({})();
    expect(misspeltSettings({ REDIS_URL_FIEL: 'x' })).toEqual([
      { given: 'REDIS_URL_FIEL', setting: 'REDIS_URL_FILE' },
    ]);
  });
});

describe('a secret in .env', () => {
  function load(content: string, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    loadEnvironment(fileWith(content), environment);
    return environment;
  }

  it('yields to the environment, whichever form each has', () => {
    const [inFile, inEnvironment] = [fileWith('redis://file'), fileWith('redis://environment')];
    expect(read(load(`REDIS_URL_FILE=${inFile}`, { REDIS_URL: 'redis://given' }))()).toBe('redis://given');
    expect(read(load('REDIS_URL=redis://env', { REDIS_URL_FILE: inEnvironment }))()).toBe(
      'redis://environment',
    );
  });

  it('has one form', () => {
    const both = `REDIS_URL=redis://h\nREDIS_URL_FILE=${fileWith('redis://h')}`;
    expect(read(load(both, {}))).toThrow(/are both set/);
  });
});
