import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { Fault } from './errors.ts';
import { faultWithCause } from './subgraph-client/reply.ts';
import { loggedError } from './logged-error.ts';

const VALUE = 'hunter2-secret';

const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};
const withProperties = (message: string, properties: object): Error =>
  Object.assign(new Error(message), properties);
const duplicate = () =>
  withProperties(`Duplicate entry '${VALUE}' for key 'email'`, {
    errno: 1062,
    code: 'ER_DUP_ENTRY',
    sqlState: '23000',
    sqlMessage: `Duplicate entry '${VALUE}' for key 'email'`,
    sql: `INSERT INTO account VALUES ('${VALUE}')`,
  });

/** As drivers, the language and libraries make them: each holds the value somewhere. */
const ERRORS: Readonly<Record<string, () => unknown>> = {
  'of MySQL': duplicate,
  'of TypeORM': () =>
    withProperties(`Data too long for '${VALUE}'`, {
      name: 'QueryFailedError',
      query: 'INSERT …',
      parameters: [VALUE],
      driverError: duplicate(),
      errno: 1406,
    }),
  'of Redis': () =>
    withProperties(`ERR unknown command 'AUHT', with args beginning with: '${VALUE}'`, {
      name: 'ReplyError',
      command: { name: 'auht', args: [VALUE] },
    }),
  'of Redis that quotes': () => withProperties(`ERR bad value '${VALUE}'`, { name: 'ReplyError' }),
  'of JSON': () => thrownBy(() => JSON.parse(VALUE) as unknown),
  'of a URL': () => thrownBy(() => new URL(VALUE)),
  'of Node': () => thrownBy(() => Buffer.alloc(VALUE as never)),
  'of GraphQL': () => new GraphQLError(`String cannot represent value: ${VALUE}`),
  'with more beside it': () =>
    withProperties('failed', { input: VALUE, body: { VALUE }, extensions: { VALUE } }),
  'as the cause of another': () => new Error('failed', { cause: duplicate() }),
  'as the cause of a fault': () => faultWithCause('UNAVAILABLE', duplicate()),
  'among others': () => new AggregateError([duplicate(), new Error('refused')], 'all failed'),
  'that is a text': () => VALUE,
  'that is an object': () => ({ VALUE }),
};

describe('an error in the log', () => {
  it.each(Object.entries(ERRORS))('holds no value: %s', (_what, make) => {
    const logged = loggedError(make());
    expect(JSON.stringify(logged)).not.toContain(VALUE);
    expect(logged.message).toMatch(/^.{5,}$/);
  });

  it('holds its kind, where it was thrown, and its causes', () => {
    const logged = loggedError(faultWithCause('UNAVAILABLE', duplicate()));
    expect(logged).toMatchObject({
      type: 'Fault',
      code: 'UNAVAILABLE',
      causes: [{ message: 'MySQL error 1062 (ER_DUP_ENTRY)', errno: 1062, sqlState: '23000' }],
    });
    expect(logged.stack).toContain('subgraph-client/reply.ts');
  });

  it('has the message of a fault and of an error of our own', () => {
    expect(loggedError(new Fault('TIMEOUT')).message).toContain('took too long');
    expect(loggedError(new Error('The issuer answered 500.')).message).toBe('The issuer answered 500.');
    expect(
      loggedError(new GraphQLError('Cannot return null for non-nullable field User.id.')).message,
    ).toContain('User.id');
  });

  it('ends where causes go round in a circle', () => {
    const error = new Error('round');
    error.cause = error;
    expect(JSON.stringify(loggedError(error)).length).toBeLessThan(50_000);
  });
});
