import { expect } from 'vitest';
import { MYSQL_SERVICES } from '../../../scripts/stores/accounts/mysql-accounts.ts';
import { REDIS_SERVICES } from '../../../scripts/stores/accounts/redis-users.ts';
import type { Attack } from '../attack.ts';
import { executeMysql, executeRedis, MYSQL_REFUSAL, REDIS_REFUSAL } from '../store-attempts.ts';
import { mysqlRefusals, redisRefusals } from './store-refusals.ts';

/** Privileges of the credentials of one service in the stores. Stores that the environment names have no such accounts. */
export const attacksOnDeployment: readonly Attack[] = [
  ...MYSQL_SERVICES.map((service) => ({
    attack: `the MySQL account of ${service}`,
    gets: 'no privileges outside its own database',
    async run({ stores }: Parameters<Attack['run']>[0]) {
      const url = stores.accounts?.mysql?.[service];
      if (!url) return;
      const base = new URL(stores.mysqlUrl).pathname.slice(1);
      for (const { statement } of mysqlRefusals(base).filter((row) => row.service === service))
        expect(await executeMysql(url, statement), statement).toMatch(MYSQL_REFUSAL);
    },
  })),
  ...REDIS_SERVICES.map((service) => ({
    attack: `the Redis user of ${service}`,
    gets: 'neither administration nor what belongs to another service',
    async run({ stores }: Parameters<Attack['run']>[0]) {
      const url = stores.accounts?.redis?.[service];
      if (!url) return;
      for (const { title, command } of redisRefusals(stores.redisPrefix).filter(
        (row) => row.service === service,
      ))
        expect(await executeRedis(url, command), title).toMatch(REDIS_REFUSAL);
    },
  })),
];
