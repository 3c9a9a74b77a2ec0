import { GraphQLScalarType, Kind } from 'graphql';
import { InputError } from './input-error.ts';

/** Years 0 to 9999 in ISO 8601, with an offset: what every language's parser reads alike. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** JavaScript reads the 30th of February as the 2nd of March. */
function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

const parse = (value: unknown): Date => {
  const date =
    typeof value === 'string' && INSTANT.test(value) && isDay(value.slice(0, 10))
      ? new Date(value)
      : new Date(Number.NaN);
  if (Number.isNaN(date.getTime())) {
    throw new InputError(
      'DateTime must be an ISO 8601 instant with an offset, for example 2026-01-31T09:00:00.000Z.',
    );
  }
  return date;
};

/** An instant; written as ISO 8601 in UTC with milliseconds, read with any offset. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => (value instanceof Date ? value : parse(value)).toISOString(),
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
});
