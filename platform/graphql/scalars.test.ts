import { Kind } from 'graphql';
import { describe, expect, it } from 'vitest';
import { DateTime } from './scalars.ts';

describe('DateTime reads', () => {
  it.each([
    ['2026-01-31T09:00:00.000Z', '2026-01-31T09:00:00.000Z'],
    ['2026-01-31T09:00:00Z', '2026-01-31T09:00:00.000Z'],
    ['2026-01-31t09:00:00z', '2026-01-31T09:00:00.000Z'],
    ['2026-01-31T09:00Z', '2026-01-31T09:00:00.000Z'],
    ['2026-01-31T09:00:00.1Z', '2026-01-31T09:00:00.100Z'],
    ['2026-01-31T09:00:00.123456789012Z', '2026-01-31T09:00:00.123Z'],
    ['2026-01-31T18:00:00+09:00', '2026-01-31T09:00:00.000Z'],
    ['2026-01-31T00:30:00-23:59', '2026-02-01T00:29:00.000Z'],
    ['2026-01-31T09:00:00-00:00', '2026-01-31T09:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    // A leap second, also by an offset.
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['1990-12-31T15:59:60.5-08:00', '1991-01-01T00:00:00.000Z'],
  ])('%s', (text, instant) => {
    expect(DateTime.parseValue(text).toISOString()).toBe(instant);
    expect(DateTime.serialize(text)).toBe(instant);
    expect(DateTime.parseLiteral({ kind: Kind.STRING, value: text }, {})).toEqual(new Date(instant));
  });
});

describe('DateTime refuses', () => {
  it.each([
    ['midnight as the end of a day', '2026-01-31T24:00:00Z'],
    ['an hour that no day has', '2026-01-31T25:00:00Z'],
    ['a minute that no hour has', '2026-01-31T09:60:00Z'],
    ['a second that no minute has', '2026-01-31T09:00:61Z'],
    ['a leap second within a day', '2026-01-31T09:00:60Z'],
    ['a leap second within a month', '2016-12-30T23:59:60Z'],
    ['a day that no month has', '2026-02-30T09:00:00Z'],
    ['the 29th of February of a common year', '2026-02-29T09:00:00Z'],
    ['the 0th', '2026-01-00T09:00:00Z'],
    ['a 13th month', '2026-13-01T09:00:00Z'],
    ['a local time', '2026-01-31T09:00:00'],
    ['a day alone', '2026-01-31'],
    ['an offset of 24 hours', '2026-01-31T09:00:00+24:00'],
    ['an offset with 60 minutes', '2026-01-31T09:00:00+09:60'],
    ['an offset without a colon', '2026-01-31T09:00:00+0900'],
    ['an offset of hours alone', '2026-01-31T09:00:00+09'],
    ['a fraction without digits', '2026-01-31T09:00:00.Z'],
    ['a fraction behind a comma', '2026-01-31T09:00:00,5Z'],
    ['a space for the T', '2026-01-31 09:00:00Z'],
    ['space around', ' 2026-01-31T09:00:00Z'],
    ['a line break behind', '2026-01-31T09:00:00Z\n'],
    ['a year of five digits', '12026-01-31T09:00:00Z'],
    ['a signed year', '+002026-01-31T09:00:00Z'],
    ['the form of mails', 'Sat, 31 Jan 2026 09:00:00 GMT'],
    ['digits that are not those of ASCII', '２０２６-01-31T09:00:00Z'],
    ['nothing', ''],
    ['a number', 1_769_850_000_000],
    ['a list', ['2026-01-31T09:00:00Z']],
    ['an object', {}],
    ['null', null],
  ])('%s', (_, value) => {
    expect(() => DateTime.parseValue(value)).toThrow('DateTime must be an instant');
  });

  it.each([
    ['after the year 9999', '9999-12-31T23:59:59-01:00'],
    ['after the year 9999, by a leap second', '9999-12-31T23:59:60Z'],
    ['before the year 0', '0000-01-01T00:00:00+01:00'],
  ])('an instant %s, and says that', (_, value) => {
    expect(() => DateTime.parseValue(value)).toThrow('DateTime must be in the years 0000 to 9999');
  });

  it('a literal that is no string', () => {
    expect(() => DateTime.parseLiteral({ kind: Kind.INT, value: '1769850000000' }, {})).toThrow(
      'DateTime must be an instant',
    );
  });
});
