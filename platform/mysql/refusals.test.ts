import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { storeFailure } from '../store-failure.ts';
import {
  isConnectionLost,
  isRetryableLockError,
  isStatementTimeout,
  isReadOnly,
  wasNotConnected,
} from './errors.ts';
import { MYSQL_FAULTS, MYSQL_REFUSALS, mysqlConsequences } from './refusals.ts';

const refusal = (errno: number) => Object.assign(new Error('refused'), { errno, sqlState: 'HY000' });

/** By number: ends sessions, stops admission, is not ready, is run again, may have run. */
const EXPECTED: Record<string, { numbers: number[]; follows: string[] }> = {
  'a demoted server': {
    numbers: [1290, 1792, 1836, 3100, 1047, 3032, 3168],
    follows: ['dropsSessions', 'stopsAdmission', 'isNotReady'],
  },
  'a server that shuts down': { numbers: [1053], follows: ['dropsSessions', 'isNotReady', 'mayHaveRun'] },
  'a session or statement that was ended': {
    numbers: [1317, 1927, 1152, 1158, 1159, 1160, 1161, 1180, 1184],
    follows: ['mayHaveRun'],
  },
  'what has run out': {
    numbers: [2, 3, 5, 20, 23, 1021, 1026, 1028, 1030, 1037, 1038, 1041, 1114, 1135, 1206],
    follows: ['stopsAdmission', 'isNotReady'],
  },
  'too many connections': { numbers: [1040, 1203, 1226], follows: [] },
  'an account that is refused': {
    numbers: [1044, 1045, 1049, 1129, 1130, 1227, 1698, 1820, 1862, 3118, 4151],
    follows: ['stopsAdmission', 'isNotReady'],
  },
  'a right that is missing': {
    numbers: [1142, 1143],
    follows: ['dropsSessions', 'stopsAdmission', 'isNotReady'],
  },
  'a table that is missing': {
    numbers: [1016, 1017, 1033, 1146, 1194, 1814, 1932],
    follows: ['stopsAdmission', 'isNotReady'],
  },
  'a statement that took too long': { numbers: [1969, 3024], follows: [] },
  'what is refused for another reason': { numbers: [1153, 1461], follows: ['isNotReady'] },
  'a retryable lock error': {
    numbers: [1020, 1205, 1213, 1412, 3101, 3572],
    follows: ['isRetryableLockError'],
  },
};

const rows = Object.entries(EXPECTED).flatMap(([what, { numbers, follows }]) =>
  numbers.map((errno) => [errno, what, follows] as const),
);

describe('a refusal of MySQL', () => {
  it.each(rows)('%i is %s', (errno, _what, follows) => {
    const consequences = Object.entries(mysqlConsequences(errno)!);
    expect(consequences.filter(([, value]) => value === true).map(([name]) => name)).toEqual(
      expect.arrayContaining([...follows]),
    );
    expect(consequences.filter(([, value]) => value === true)).toHaveLength(follows.length);
    expect(mysqlConsequences(errno)!.retryAfterMs).toBeGreaterThan(0);
  });

  it('has a row here for each row of the table', () => {
    expect(rows.map(([errno]) => String(errno)).sort()).toEqual(Object.keys(MYSQL_REFUSALS).sort());
  });

  it.each(Object.entries(MYSQL_FAULTS))('is not %i, %s', (errno) => {
    expect(MYSQL_REFUSALS[Number(errno)]).toBeUndefined();
    expect(storeFailure(refusal(Number(errno)))).toBeNull();
  });

  // SIGNAL of a trigger, a query of another engine, numbers of later versions.
  it.each([1644, 1105, 1296, 4031, 4999, 5999])('is also %i, of which nothing is known', (errno) => {
    const follows = storeFailure(refusal(errno));
    expect(follows).toMatchObject({ mayHaveRun: false, isNotReady: true, stopsAdmission: false });
    expect(follows!.retryAfterMs).toBeGreaterThan(0);
  });

  it.each([-111, 0])('is no error of the system: %i', (errno) => {
    expect(storeFailure(refusal(errno))).toBeNull();
  });

  it.each(rows)('%i is found inside an error of TypeORM', (errno) => {
    const wrapped = new QueryFailedError('INSERT', [], refusal(errno));
    expect(storeFailure(wrapped)).toEqual(mysqlConsequences(errno));
    expect(storeFailure(new Error('a job failed', { cause: wrapped }))).toEqual(mysqlConsequences(errno));
  });
});

describe('what is done about a refusal', () => {
  const those = (predicate: (error: unknown) => boolean) =>
    rows.map(([errno]) => errno).filter((errno) => predicate(refusal(errno)));
  const of = (...kinds: string[]) => kinds.flatMap((kind) => EXPECTED[kind]!.numbers);

  it('is a transaction run again, admission stopped, or an outcome left open', () => {
    expect(those(isRetryableLockError)).toEqual(of('a retryable lock error'));
    expect(those(isReadOnly)).toEqual(
      of(
        'a demoted server',
        'what has run out',
        'an account that is refused',
        'a right that is missing',
        'a table that is missing',
      ),
    );
    expect(those(isConnectionLost)).toEqual(
      of('a server that shuts down', 'a session or statement that was ended'),
    );
    expect(those(wasNotConnected)).toEqual(
      of('too many connections', 'an account that is refused', 'a right that is missing'),
    );
    expect(those(isStatementTimeout)).toEqual(of('a statement that took too long'));
  });
});
