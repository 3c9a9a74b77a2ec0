import { describe, expect, it } from 'vitest';
import { storeFailure } from '../store-failure.ts';
import { endsConnection, REDIS_REFUSALS, redisRefusal } from './refusals.ts';

const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });

/** As the servers write them; whether the connection is ended, and whether a script may have run. */
const REFUSALS: [message: string, dropsConnection: boolean, mayHaveRun: boolean][] = [
  ["READONLY You can't write against a read only replica.", true, false],
  ["READONLY You can't write against a read only replica. script: 3c0f, on @user_script:1.", true, false],
  [
    "ERR Error running script (call to f_3c0f): @user_script:1: -READONLY You can't write against a read only replica.",
    true,
    false,
  ],
  ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", true, false],
  ['LOADING Redis is loading the dataset in memory', true, false],
  ['LOADING Valkey is loading the dataset in memory', true, false],
  [
    'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.',
    false,
    false,
  ],
  ["OOM command not allowed when used memory > 'maxmemory'.", false, false],
  ['NOREPLICAS Not enough good replicas to write.', false, false],
  ['CLUSTERDOWN The cluster is down', false, false],
  ['TRYAGAIN Multiple keys request during rehashing of slot', false, false],
  ['MOVED 3999 127.0.0.1:6381', false, false],
  ['ASK 3999 127.0.0.1:6381', false, false],
  ["CROSSSLOT Keys in request don't hash to the same slot", false, false],
  ['BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.', false, false],
  ['NOAUTH Authentication required.', true, false],
  ['WRONGPASS invalid username-password pair or user is disabled.', true, false],
  ["NOPERM this user has no permissions to run the 'evalsha' command", true, false],
  [
    "NOPERM ACL failure in script: this user has no permissions to run the 'zadd' command script: 3c0f, on @user_script:2.",
    false,
    true,
  ],
  ["ERR ACL failure in script: no permissions to run the 'zadd' command", false, true],
  ['ERR max number of clients reached', true, false],
];

describe('a refusal of Redis', () => {
  it.each(REFUSALS)('%s', (message, dropsConnection, mayHaveRun) => {
    const refusal = redisRefusal(reply(message));
    expect(refusal).toMatchObject({ dropsConnection, mayHaveRun });
    expect(refusal!.retryAfterMs).toBeGreaterThan(0);
    expect(endsConnection(reply(message))).toBe(dropsConnection);
    expect(storeFailure(reply(message))).toEqual(refusal);
  });

  it('has a row here for each row of the table', () => {
    const words = REFUSALS.map(([message]) => message.split(' ')[0]);
    expect(words).toEqual(expect.arrayContaining(Object.keys(REDIS_REFUSALS)));
  });

  it.each([
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    'NOSCRIPT No matching script. Please use EVAL.',
    "ERR unknown command 'FOO'",
    'ERR Error running script (call to f_3c0f): @user_script:1: attempt to index a nil value',
  ])('is not: %s', (message) => {
    expect(storeFailure(reply(message))).toBeNull();
    expect(endsConnection(reply(message))).toBe(false);
  });

  it('is nothing that only reads like one', () => {
    expect(storeFailure(new Error('BUSY as ever'))).toBeNull();
    expect(storeFailure('READONLY')).toBeNull();
  });
});
