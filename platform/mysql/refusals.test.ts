import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { storeFailure } from '../store-failure.ts';
import { isConnectionLost, isLostRace, isOverdue, isWriteRefused, wasNotConnected } from './errors.ts';
import { MYSQL_REFUSALS, mysqlConsequences } from './refusals.ts';

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
    numbers: [1021, 1026, 1028, 1030, 1037, 1038, 1041, 1114, 1135, 1206],
    follows: ['stopsAdmission', 'isNotReady'],
  },
  'too many connections': { numbers: [1040, 1203, 1226], follows: [] },
  'an account that is refused': {
    numbers: [1044, 1045, 1049, 1129, 1130, 1142, 1143, 1227, 1698, 1820, 1862, 3118, 4151],
    follows: ['isNotReady'],
  },
  'a lost race': { numbers: [1020, 1205, 1213, 3101, 3572], follows: ['isLostRace'] },
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

  // Duplicate key, CHECK violation of both servers, syntax, no such table, and MariaDB's meaning of 4031.
  it.each([1062, 3819, 4025, 1064, 1146, 4031])('is not %i', (errno) => {
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
    expect(those(isLostRace)).toEqual(of('a lost race'));
    expect(those(isWriteRefused)).toEqual(of('a demoted server', 'what has run out'));
    expect(those(isConnectionLost)).toEqual(
      of('a server that shuts down', 'a session or statement that was ended'),
    );
    expect(those(wasNotConnected)).toEqual(of('too many connections', 'an account that is refused'));
    expect(those(isOverdue)).toEqual([]);
  });
});
