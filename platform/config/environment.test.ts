import { describe, expect, it } from 'vitest';
import { isProduction, settingOf } from './environment.ts';
import { misspeltSettings } from './misspelt-settings.ts';

describe('a setting', () => {
  it.each([
    ['a space behind it', 'on '],
    ['a carriage return behind it', 'on\r'],
    ['a line break behind it', 'on\n'],
    ['a byte order mark before it', '\uFEFFon'],
    ['a space that does not break before it', '\u00A0on'],
    ['double quotes around it', '"on"'],
    ['single quotes around it', "'on'"],
    ['quotes and spaces around it', ' " on " '],
  ])('is read without %s', (_what, value) => {
    expect(settingOf('PLAYGROUND', { PLAYGROUND: value })).toBe('on');
  });

  it.each([undefined, '', ' ', '\r', '""', "' '"])('that is %j is not set', (value) => {
    expect(settingOf('PLAYGROUND', { PLAYGROUND: value })).toBeUndefined();
  });

  it.each([`a"b`, `"a'`, `'`, `a'`, `{"a":"b"}`])('keeps quotes that are part of it: %s', (value) => {
    expect(settingOf('MAIL_FROM', { MAIL_FROM: value })).toBe(value);
  });
});

describe('production', () => {
  it.each(['production', 'production ', '\tproduction', 'production\r', '\uFEFFproduction', '"production"'])(
    'is %j',
    (value) => {
      expect(isProduction({ NODE_ENV: value })).toBe(true);
    },
  );

  it.each([undefined, '', ' ', 'development', 'test', 'test '])('is not %j', (value) => {
    expect(isProduction({ NODE_ENV: value })).toBe(false);
  });

  it.each(['PRODUCTION', 'Production', 'prod', 'staging', 'production;', 'production production', '1'])(
    'is not recognised in %j, which stops the start',
    (value) => {
      expect(() => isProduction({ NODE_ENV: value })).toThrow(
        'NODE_ENV is not acceptable: expected development, test or production.',
      );
    },
  );
});

describe('a variable that has almost the name of a setting', () => {
  const known = new Set(['PLAYGROUND', 'RATE_LIMITS', 'NODE_ENV', 'PORT', 'HOST']);

  it.each([
    ['PLAYGROUD', 'PLAYGROUND'],
    ['PLAYGROUNDS', 'PLAYGROUND'],
    ['PLAYGRUOND', 'PLAYGROUND'],
    ['RATE_LIMIT', 'RATE_LIMITS'],
    ['RATE-LIMITS', 'RATE_LIMITS'],
    ['node_env', 'NODE_ENV'],
    ['NODE_EMV', 'NODE_ENV'],
  ])('%s is reported', (given, setting) => {
    expect(misspeltSettings({ [given]: 'x' }, known)).toEqual([{ given, setting }]);
  });

  it.each(['PLAYGROUND', 'PATH', 'POST', 'RATE_LIMIT_PER_USER', 'NODE_OPTIONS', 'HOSTNAME'])(
    '%s is not',
    (given) => {
      expect(misspeltSettings({ [given]: 'x' }, known)).toEqual([]);
    },
  );
});
