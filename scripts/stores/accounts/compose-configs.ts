import { MYSQL_SERVICES, mysqlAccounts } from './mysql-accounts.ts';
import { REDIS_SERVICES, redisUsers } from './redis-users.ts';

/**
 * The two files of the stores in docker-compose.yml, which holds a copy, as a test sees to. docker compose puts the values in
 * place of the variables. In `.env` they are made by `npm run secrets`, of letters that neither SQL nor Redis reads otherwise.
 */
export const composeMysqlAccounts = (): string =>
  // Of releases in which all services had this one.
  "DROP USER IF EXISTS 'firstcome'@'%';\n" +
  mysqlAccounts({ passwords: variables(MYSQL_SERVICES, 'MYSQL_PASSWORD'), host: '%' });

/** Nothing is saved: what Redis loses is rebuilt from MySQL, and old data would only be refused. Nothing is evicted. */
export const composeRedis = (): string => `save ""
appendonly no
maxmemory-policy noeviction
user default off
${redisUsers({ passwords: variables(REDIS_SERVICES, 'REDIS_PASSWORD'), prefix: '${REDIS_PREFIX:-firstcome:}' })}`;

/** The variables of the passwords: `USER_MYSQL_PASSWORD`. */
export const STORE_PASSWORDS: readonly string[] = [
  ...Object.values(names(MYSQL_SERVICES, 'MYSQL_PASSWORD')),
  ...Object.values(names(REDIS_SERVICES, 'REDIS_PASSWORD')),
];

function names<Service extends string>(
  services: readonly Service[],
  suffix: string,
): Record<Service, string> {
  return Object.fromEntries(
    services.map((service) => [service, `${service.toUpperCase()}_${suffix}`]),
  ) as Record<Service, string>;
}

function variables<Service extends string>(
  services: readonly Service[],
  suffix: string,
): Record<Service, string> {
  const named = names(services, suffix);
  for (const service of services) named[service] = `\${${named[service]}}`;
  return named;
}
