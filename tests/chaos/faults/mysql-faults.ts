import { execFileSync } from 'node:child_process';
import { createConnection } from 'mysql2/promise';
import { COMMIT } from '../../harness/store-proxy.ts';
import { waitUntil } from '../../harness/wait-until.ts';
import type { ChaosSystem } from '../chaos-system.ts';
import { repeatedly, withoutPrlimit, type Fault } from './fault.ts';
import { lockStock } from './lock-stock.ts';

const WAITS =
  'Busy before anything is reserved; OutcomeUnknown for what was admitted, Confirmed by a retry; 503 UNAVAILABLE from operations that need MySQL; not ready';

/** Of the services, and not of administrators. */
const SERVICE_SESSIONS =
  "SELECT id FROM information_schema.processlist WHERE db LIKE 'firstcome\\_%' AND id <> CONNECTION_ID() AND user <> 'firstcome'";

async function killSessions({ mysql }: ChaosSystem): Promise<void> {
  const admin = await createConnection(mysql.primary.url);
  try {
    const [sessions] = await admin.query(SERVICE_SESSIONS);
    for (const { id } of sessions as { id: number }[]) await admin.query(`KILL ${id}`).catch(() => undefined);
  } finally {
    admin.destroy();
  }
}

/** The name resolves to the replica, which accepts writes. */
async function failOver(system: ChaosSystem): Promise<void> {
  await system.mysql.promoteReplica();
  system.mysqlProxy.leadTo({ host: '127.0.0.1', port: system.mysql.replica.port });
  system.mysql.primary = system.mysql.replica;
}

/** Everything that has been committed so far. */
async function catchUp({ mysql }: ChaosSystem): Promise<void> {
  const [at] = await mysql.query(mysql.primary, 'SELECT @@gtid_binlog_pos AS position');
  await mysql.query(mysql.replica, `SELECT MASTER_GTID_WAIT('${String(at!['position'])}', 10)`);
}

/** Something happens to every COMMIT that passes, five times a second. */
const withCommits = (
  name: string,
  what: string,
  answer: string,
  fate: Parameters<ChaosSystem['mysqlProxy']['nextWith']>[1],
): Fault => ({
  name,
  what,
  answer,
  async inject({ mysqlProxy }) {
    return repeatedly(200, () => mysqlProxy.nextWith(COMMIT, fate));
  },
});

export const MYSQL_FAULTS: readonly Fault[] = [
  {
    name: 'mysql-read-only',
    what: 'MySQL is turned read-only, its connections stay open',
    answer: WAITS,
    async inject({ mysql }) {
      await mysql.query(mysql.primary, 'SET GLOBAL read_only = ON');
      return async () => void (await mysql.query(mysql.primary, 'SET GLOBAL read_only = OFF'));
    },
  },
  {
    name: 'mysql-silent',
    what: 'all packets to MySQL are dropped, and no connection is closed',
    answer: WAITS,
    lastsS: 8,
    async inject({ mysqlProxy }) {
      mysqlProxy.silence({ alsoNew: true });
      return async () => mysqlProxy.passNew();
    },
  },
  {
    name: 'mysql-frozen',
    what: 'MySQL is frozen (SIGSTOP)',
    answer: WAITS,
    lastsS: 8,
    async inject({ mysql }) {
      mysql.primary.signal('SIGSTOP');
      return async () => mysql.primary.signal('SIGCONT');
    },
  },
  {
    name: 'mysql-killed',
    what: 'MySQL is killed and started again',
    answer: WAITS,
    lastsS: 3,
    async inject({ mysql }) {
      await mysql.killPrimary();
      return () => mysql.startPrimary();
    },
  },
  {
    name: 'mysql-not-durable',
    what: 'MySQL comes back with innodb_flush_log_at_trx_commit = 0',
    answer: WAITS,
    async inject({ mysql }) {
      await mysql.killPrimary();
      await mysql.startPrimary('--innodb-flush-log-at-trx-commit=0');
      return async () => {
        await mysql.killPrimary();
        await mysql.startPrimary();
      };
    },
  },
  {
    name: 'mysql-disk-full',
    what: 'no file of MySQL can grow any more, as on a full disk',
    answer: WAITS,
    obstacle: () => withoutPrlimit,
    async inject({ mysql }) {
      const { pid } = mysql.primary;
      const mayGrow = (bytes: string) => execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
      mayGrow('1');
      let hasEnded = false;
      void mysql.primary.exited.then(() => (hasEnded = true));
      return async () => {
        if (hasEnded) await mysql.startPrimary();
        else mayGrow('unlimited');
      };
    },
  },
  {
    name: 'mysql-too-many-connections',
    what: 'every session is ended, and others have taken all connections',
    answer: WAITS,
    async inject(system) {
      const { mysql } = system;
      const admin = await createConnection(mysql.primary.url);
      await admin.query('SET GLOBAL max_connections = 10');
      const taken: Awaited<ReturnType<typeof createConnection>>[] = [];
      const take = async () => {
        for (let i = 0; i < 5; i++) taken.push(await createConnection(mysql.primary.urls.order));
      };
      await killSessions(system).catch(() => undefined);
      await take().catch(() => undefined);
      const stop = repeatedly(100, take);
      return async () => {
        await stop();
        for (const connection of taken) connection.destroy();
        await admin.query('SET GLOBAL max_connections = 300');
        admin.destroy();
      };
    },
  },
  {
    name: 'mysql-row-locked',
    what: 'another transaction holds the stock row of one product',
    answer: 'OutcomeUnknown for that product, Confirmed by a retry; every other product is sold',
    lastsS: 8,
    async inject({ mysql }, { struck }) {
      const holder = await lockStock(mysql.primary.url, struck);
      return async () => {
        await holder.query('ROLLBACK');
        holder.destroy();
      };
    },
  },
  {
    name: 'mysql-connections-killed',
    what: 'every session is ended, repeatedly',
    answer: 'Confirmed; OutcomeUnknown or 503 UNAVAILABLE for what was in flight',
    async inject(system) {
      await killSessions(system);
      return repeatedly(500, () => killSessions(system));
    },
  },
  withCommits('commit-cut', 'connections are cut right before COMMIT', 'Confirmed', 'cut'),
  withCommits('commit-reply-lost', 'the reply to COMMIT is lost', 'Confirmed', 'loseReply'),
  withCommits('commit-late', 'COMMIT arrives a second and a half after its client has gone', 'Confirmed', {
    holdMs: 1_500,
  }),
  {
    name: 'mysql-demoted',
    what: 'a replica in step is promoted, the old primary is read-only, and no connection is closed',
    answer: WAITS,
    lastsS: 0,
    spoilsSystem: true,
    async inject(system) {
      const { mysql } = system;
      await mysql.query(mysql.primary, 'SET GLOBAL read_only = ON');
      await catchUp(system);
      await mysql.stopReplication();
      await failOver(system);
      return async () => undefined;
    },
  },
  {
    name: 'mysql-older',
    what: 'MySQL is killed, and a replica that lacks the commits of the last three seconds is promoted',
    answer: 'as for MySQL killed; orders of those seconds are lost, as asynchronous replication loses them',
    lastsS: 0,
    spoilsSystem: true,
    losesOrders: true,
    async inject(system) {
      const { mysql } = system;
      await catchUp(system);
      await mysql.stopReplication();
      const [before] = await mysql.query(
        mysql.primary,
        'SELECT SUM(sold) AS sold FROM firstcome_order.stock',
      );
      await waitUntil('orders that the replica lacks', async () => {
        const [now] = await mysql.query(mysql.primary, 'SELECT SUM(sold) AS sold FROM firstcome_order.stock');
        return Number(now!['sold']) > Number(before!['sold']) + 20;
      });
      await mysql.killPrimary();
      await failOver(system);
      return async () => undefined;
    },
  },
];
