/** A MySQL account for each subgraph, with rights on that subgraph's database and on nothing else. */
const MYSQL_SERVICES_TABLE = { user: true, product: true, order: true };

export type MysqlService = keyof typeof MYSQL_SERVICES_TABLE;

export const MYSQL_SERVICES = Object.keys(MYSQL_SERVICES_TABLE) as MysqlService[];

/** What statements and migrations of a subgraph need. `DROP` is for tables and indexes that a migration replaces. */
const RIGHTS = 'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP, REFERENCES';

export interface MysqlAccountsOptions {
  readonly passwords: Readonly<Record<MysqlService, string>>;
  /** From where the accounts may sign in: `%`, or an address. */
  readonly host: string;
  /** In place of the databases `firstcome_<service>`, which are made here, such as match this pattern of `GRANT`. */
  readonly databasePattern?: ((service: MysqlService) => string) | undefined;
}

/** Accounts are named as the databases of a system under `/firstcome` are. */
export const mysqlAccount = (service: MysqlService): string => `firstcome_${service}`;

/**
 * @returns statements for `--init-file`, one a line, safe to run at every start: they make what is missing, and set passwords and
 * rights to what they are here
 */
export function mysqlAccounts({ passwords, host, databasePattern }: MysqlAccountsOptions): string {
  return MYSQL_SERVICES.flatMap((service) => {
    const account = `'${mysqlAccount(service)}'@'${host}'`;
    const pattern = databasePattern?.(service) ?? `firstcome\\_${service}`;
    return [
      ...(databasePattern
        ? []
        : [`CREATE DATABASE IF NOT EXISTS firstcome_${service} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;`]),
      `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY '${passwords[service]}';`,
      `ALTER USER ${account} IDENTIFIED BY '${passwords[service]}';`,
      `REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${account};`,
      `GRANT ${RIGHTS} ON \`${pattern}\`.* TO ${account};`,
    ];
  })
    .map((statement) => `${statement}\n`)
    .join('');
}
