import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readEnvironment } from '../config/environment.ts';
import { storeSettings } from '../config/settings.ts';
import { addressOf } from '../config/url-options.ts';
import { parseMysqlUrl } from './mysql-url.ts';

const folder = mkdtempSync(join(tmpdir(), 'firstcome-mysql-url-'));
afterAll(() => rmSync(folder, { recursive: true }));
const pem = join(folder, 'any.pem');
const bytes = Buffer.from('-----BEGIN CERTIFICATE-----\n');
writeFileSync(pem, bytes);
const other = join(folder, 'other');
writeFileSync(other, 'text');

const URL_OF = (query: string, host = 'db.example') => `mysql://shop:p%40ss@${host}/shop${query}`;
const problem = (query: string, host?: string) => {
  try {
    readEnvironment({ MYSQL_URL: storeSettings.MYSQL_URL }, { MYSQL_URL: URL_OF(query, host) });
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a MySQL URL', () => {
  it('is read', () => {
    expect(parseMysqlUrl(URL_OF('', '[::1]:33'))).toEqual({
      host: '::1',
      port: 33,
      user: 'shop',
      password: 'p@ss',
      tls: null,
    });
  });

  it.each([
    ['?ssl-mode=DISABLED', null],
    ['?ssl-mode=required', { rejectUnauthorized: false, verifyIdentity: false }],
    [`?ssl-ca=${pem}`, { rejectUnauthorized: true, verifyIdentity: true, ca: bytes }],
    ['?ssl-mode=VERIFY_CA', { rejectUnauthorized: true, verifyIdentity: false }],
    [
      `?ssl-ca=${pem}&ssl-cert=${pem}&ssl-key=${pem}`,
      {
        rejectUnauthorized: true,
        verifyIdentity: true,
        ca: bytes,
        cert: bytes,
        key: bytes,
      },
    ],
  ])('with %s says what is checked of the certificate', (query, tls) => {
    expect(parseMysqlUrl(URL_OF(query)).tls).toEqual(tls);
  });

  it.each([
    ['?ssl=true', 'its option ssl is not understood; understood are ssl-mode, ssl-ca, ssl-cert, ssl-key'],
    [
      '?connectionLimit=3',
      'its option connectionLimit is not understood; understood are ssl-mode, ssl-ca, ssl-cert, ssl-key',
    ],
    [
      '?ssl-mode=PREFERRED',
      'its option ssl-mode is not understood; expected DISABLED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY',
    ],
    ['?ssl-mode=', 'its option ssl-mode has no value'],
    ['?ssl-mode=REQUIRED&ssl-mode=DISABLED', 'its option ssl-mode is given twice'],
    ['?ssl-ca=/none', 'the file of its option ssl-ca cannot be read (ENOENT): /none'],
    [`?ssl-ca=${other}`, `the file of its option ssl-ca is not in PEM format: ${other}`],
    [`?ssl-cert=${pem}`, 'its options ssl-cert and ssl-key need each other'],
    [`?ssl-mode=DISABLED&ssl-ca=${pem}`, 'its option ssl-mode=DISABLED contradicts its other options'],
    [
      `?ssl-mode=REQUIRED&ssl-ca=${pem}`,
      'its option ssl-mode=REQUIRED would not use ssl-ca; expected VERIFY_CA or VERIFY_IDENTITY',
    ],
  ])('with %s stops the start with a sentence', (query, sentence) => {
    expect(problem(query)).toBe(`MYSQL_URL is not acceptable: ${sentence}.`);
  });

  it('with an address has no name to check', () => {
    expect(problem(`?ssl-ca=${pem}`, '10.0.0.1')).toMatch(
      /needs a host name; with an IP address, expected ssl-mode=VERIFY_CA\.$/,
    );
  });

  it.each(['a,b', 'a:3306,b:3306', '10.0.0.1,10.0.0.2:3307'])('names one host, not %s', (hosts) => {
    expect(problem('', hosts)).toBe(
      'MYSQL_URL is not acceptable: it names several hosts; expected one, whose name leads to the primary.',
    );
    expect(parseMysqlUrl('mysql://shop:p,q@db.example/shop').password).toBe('p,q');
  });

  it('behind a # would be dropped', () => {
    expect(problem('#ssl-mode=REQUIRED')).toContain('options follow a ?');
  });

  it('needs a name that is short enough for each service', () => {
    expect(() => parseMysqlUrl(`mysql://db/${'x'.repeat(57)}`)).toThrow('longer than 56 characters');
    expect(parseMysqlUrl(`mysql://db/${'x'.repeat(56)}`).host).toBe('db');
  });

  it('that is refused is not repeated, as a password may hold a question mark', () => {
    expect(problem('', 'x@y/db?p4ss@db.example')).not.toContain('p4ss');
    expect(() => parseMysqlUrl('mysql://shop:%zz@db')).toThrow('write it as %25');
  });
});

it('leads to a host that is named without user and password', () => {
  expect(addressOf(parseMysqlUrl('mysql://user:password@db.example:3306/shop'))).toBe('db.example:3306');
});
