import { GraphQLScalarType, Kind } from 'graphql';
import { InputError } from './input-error.ts';

/** RFC 3339, of which the seconds may be left out. */
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})T((?:[01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d|60)(\.\d+)?)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** @throws {InputError} */
function parse(value: unknown): Date {
  const instant = typeof value === 'string' ? readInstant(value.toUpperCase()) : null;
  if (instant === null) {
    throw new InputError(
      'DateTime must be an instant with an offset as in RFC 3339, for example 2026-01-31T09:00:00.000Z.',
    );
  }
  if (!hasFourDigitYear(instant))
    throw new InputError(
      'DateTime must be in the years 0000 to 9999, also when its offset is taken off (UTC).',
    );
  return instant;
}

function readInstant(text: string): Date | null {
  const [, day = '', minute = '', second = '00', fraction = '', offset = ''] = INSTANT.exec(text) ?? [];
  if (!isDay(day)) return null;
  if (second === '60') return leapSecond(new Date(`${day}T${minute}:59${offset}`));
  return new Date(`${day}T${minute}:${second}${fraction}${offset}`);
}

/** JavaScript reads the 30th of February as the 2nd of March. */
function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/** Clocks here count no leap seconds: one is the second after it. It ends a month, by UTC. */
function leapSecond(before: Date): Date | null {
  const after = new Date(before.getTime() + 1_000);
  return after.getUTCDate() === 1 && before.getUTCDate() !== 1 ? after : null;
}

/** An offset can lead out of the years that have four digits, which is all that RFC 3339 writes. */
const hasFourDigitYear = (date: Date): boolean =>
  date.getUTCFullYear() >= 0 && date.getUTCFullYear() <= 9_999;

/** An instant; written in UTC with milliseconds, read as RFC 3339 has it. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => (value instanceof Date ? value : parse(value)).toISOString(),
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
});
