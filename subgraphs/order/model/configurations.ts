import { configuration, type Configuration } from './configuration.ts';

/** What CI searches: every fault, each with few of the others. */
export const CONFIGURATIONS: readonly Configuration[] = [
  configuration('no fault, three attempts under two keys', { attempts: [2, 2], budget: { cancel: 1 } }),
  configuration('COMMIT not answered', { attempts: [2, 2], budget: { faults: 1, commitLost: 1 } }),
  configuration('scripts not answered', { attempts: [2, 2], budget: { faults: 1, timeout: 1 } }),
  configuration('a process dies', { attempts: [2, 2], budget: { faults: 1, crash: 1 } }),
  configuration('Redis is emptied', { attempts: [1, 1], budget: { faults: 1, redisLost: 1, cancel: 1 } }),
  configuration('Redis comes back older', {
    attempts: [1, 1],
    budget: { faults: 1, redisLost: 1, snapshot: 1 },
  }),
  configuration('an older attempt arrives after a refusal', {
    attempts: [2, 2],
    deadlines: true,
    budget: { cancel: 1 },
  }),
  configuration('a limit, two keys of one user', {
    total: 2,
    limit: 1,
    sameUser: true,
    attempts: [1, 1],
    budget: { faults: 1, redisLost: 1, cancel: 1 },
  }),
  configuration('MySQL lost its last commits', {
    attempts: [1, 1],
    budget: { faults: 1, mysqlLost: 1, snapshot: 1 },
  }),
  configuration('the total is lowered', {
    total: 2,
    attempts: [1, 1],
    budget: { restock: 1, faults: 1, crash: 1 },
  }),
  configuration('two faults, one attempt', {
    attempts: [1, 1],
    budget: { faults: 2, redisLost: 1, crash: 1, commitLost: 1, timeout: 1, lockLost: 1 },
  }),
  configuration('Redis admits whatever comes', {
    admitsAll: true,
    limit: 1,
    total: 2,
    sameUser: true,
    budget: { faults: 1, redisLost: 1, crash: 1, cancel: 1 },
  }),
];

/** What `npm run model -- --deep` searches as well. */
export const DEEP_CONFIGURATIONS: readonly Configuration[] = [
  configuration('deep: Redis comes back older while a key is refused', {
    isBought: true,
    attempts: [2, 1],
    budget: { faults: 1, redisLost: 1, snapshot: 1, cancel: 1 },
  }),
  configuration('deep: MySQL lost its last commits while a key is refused', {
    isBought: true,
    attempts: [2, 1],
    budget: { faults: 1, mysqlLost: 1, snapshot: 1, cancel: 1 },
  }),
  configuration('deep: Redis admits whatever comes, and one fault of any kind', {
    admitsAll: true,
    attempts: [2, 1],
    budget: { faults: 1, crash: 1, commitLost: 1, timeout: 1, cancel: 1 },
  }),
  configuration('deep: one fault of any kind, three attempts', {
    attempts: [2, 1],
    budget: {
      faults: 1,
      redisLost: 1,
      timeout: 1,
      commitLost: 1,
      crash: 1,
      lockLost: 1,
      unwritable: 1,
      cancel: 1,
    },
  }),
];
