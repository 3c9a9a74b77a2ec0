import { GraphQLError } from 'graphql';
import { Fault } from './errors.ts';

/** An error as it is logged. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  /** Where it was thrown. */
  readonly stack?: string;
  readonly [property: string]: unknown;
}

/** Properties that name the kind of an error. All others stay out of the log: drivers put statements, parameters and keys there. */
const PROPERTIES = [
  'code',
  'errno',
  'sqlState',
  'syscall',
  'address',
  'port',
  'responseCode',
  'job',
] as const;

/** Errors inside of errors. */
const MAX_DEPTH = 4;

/**
 * The one way in which errors get into logs. Messages of this project contain no values; those of drivers and of the language
 * quote what they were given ("Duplicate entry 'mina@…' for key", "Unexpected token in "hunter2…""), so they are replaced by what
 * names the kind.
 */
export function loggedError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'What was thrown is no Error.' };
  const given = error as Error & Readonly<Record<string, unknown>>;
  const type = given.constructor?.name || given.name;
  const message = messageOf(given);
  const inner = [given.cause, ...(error instanceof AggregateError ? (error.errors as unknown[]) : [])];
  const causes = depth < MAX_DEPTH ? inner.filter((cause) => cause instanceof Error) : [];
  return {
    type,
    message,
    stack: [`${type}: ${message}`, ...framesOf(given)].join('\n'),
    ...Object.fromEntries(
      PROPERTIES.filter((name) => isPlain(given[name])).map((name) => [name, given[name]]),
    ),
    ...(causes.length > 0 ? { causes: causes.map((cause) => loggedError(cause, depth + 1)) } : {}),
  };
}

function messageOf(error: Error & Readonly<Record<string, unknown>>): string {
  const { message, name, errno, code } = error;
  if (typeof error['sqlMessage'] === 'string' || name === 'QueryFailedError')
    return `MySQL error ${printed(errno)} (${printed(code)})`;
  if (name === 'ReplyError')
    return message.replace(/, with args beginning.*/s, '').replace(/(['"`]).*\1/s, '…');
  if (error instanceof SyntaxError) return 'A text could not be parsed.';
  if (error instanceof GraphQLError && !(error instanceof Fault))
    return /^Cannot return null for non-nullable field \w+\.\w+\.$/.test(message)
      ? message
      : 'A GraphQL operation failed.';
  // Of Node: "The argument … must be of type string. Received …".
  if (typeof code === 'string' && code.startsWith('ERR_'))
    return message.split(/[.,;:] (?:Received|Got)\b/i)[0]!;
  return message;
}

const framesOf = ({ stack = '' }: Error): string[] =>
  stack.split('\n').filter((line) => /^\s+at /.test(line));

const isPlain = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

const printed = (value: unknown): string => (isPlain(value) ? String(value) : 'unknown');
