/**
 * What takes the place of something real, so that the system can be tried without it. Outside production that is the default. In
 * production nothing takes the place of anything unless a setting allows it, and then every start warns.
 */
export interface StandIn {
  readonly name: string;
  readonly standsInFor: string;
  /** What follows from it, for the warning. */
  readonly consequence: string;
  readonly processes: readonly ProcessName[];
  /** The setting, and its value, that choose it; null for what production never has. */
  readonly choice: readonly [setting: string, value: string] | null;
  /** Settings that give the real thing: any of them means that it is not used, unless it is chosen. */
  readonly real: readonly string[];
  /** Whether it is used outside production where the setting is absent. */
  readonly isDefault: boolean;
  /**
   * `chosen`: a process does not start without the real thing or the choice, and warns of the choice. `refused`: it does not
   * start without the real thing, or with the setting. `leftOut`: it starts with neither.
   */
  readonly inProduction: 'chosen' | 'leftOut' | 'refused';
}

/** `start` is `npm start`. */
export type ProcessName = 'router' | 'user' | 'product' | 'order' | 'start';

const SUBGRAPHS = ['user', 'product', 'order'] as const;
const SERVICES = ['router', ...SUBGRAPHS] as const;

/** All of them. */
export const STAND_INS: readonly StandIn[] = [
  {
    name: 'the payment simulator',
    standsInFor: 'a payment provider',
    consequence: 'an order is paid by the word sim_success, and no money moves',
    processes: ['order'],
    choice: ['PAYMENT_PROVIDER', 'simulator'],
    real: [],
    isDefault: true,
    inProduction: 'chosen',
  },
  {
    name: 'the fulfilment simulator',
    standsInFor: 'a warehouse and a carrier',
    consequence: 'orders become SHIPPED, DELIVERED and RETURNED by the clock, and nothing is sent',
    processes: ['order'],
    choice: ['FULFILMENT', 'simulator'],
    real: [],
    isDefault: true,
    inProduction: 'chosen',
  },
  {
    name: 'a folder of files',
    standsInFor: 'a mail server',
    consequence: 'verification codes reach no mailbox, and are in plain text in DATA_DIR/mail',
    processes: ['user'],
    choice: ['MAIL_TRANSPORT', 'files'],
    real: ['SMTP_URL'],
    isDefault: true,
    inProduction: 'chosen',
  },
  {
    name: 'nothing',
    standsInFor: 'rate limits and attempt limits',
    consequence: 'passwords and codes can be tried, and requests sent, without limit',
    processes: ['router', 'user'],
    choice: ['RATE_LIMITS', 'off'],
    real: [],
    isDefault: false,
    inProduction: 'chosen',
  },
  {
    name: 'a private MySQL and a private Redis',
    standsInFor: 'operated MySQL and Redis servers',
    consequence: 'orders are on the disk of this machine, without a copy',
    processes: ['start'],
    choice: ['STORES', 'private'],
    real: ['MYSQL_URL', 'REDIS_URL'],
    isDefault: true,
    inProduction: 'chosen',
  },
  {
    name: 'root without a password on this machine',
    standsInFor: 'an account in MySQL',
    consequence: 'a process signs in to any server that listens there',
    processes: SUBGRAPHS,
    choice: null,
    real: ['MYSQL_URL'],
    isDefault: true,
    inProduction: 'refused',
  },
  {
    name: 'the default user without a password on this machine',
    standsInFor: 'an account in Redis',
    consequence: 'a process signs in to any server that listens there',
    processes: SERVICES,
    choice: null,
    real: ['REDIS_URL'],
    isDefault: true,
    inProduction: 'refused',
  },
  {
    // `readSecret` refuses: each process knows which secrets it reads.
    name: 'secrets made at the first start',
    standsInFor: 'secrets',
    consequence: 'what signs and encrypts is in DATA_DIR/secrets',
    processes: SERVICES,
    choice: null,
    real: [],
    isDefault: true,
    inProduction: 'refused',
  },
  {
    // `ensureAccounts` closes those that a database brings along.
    name: 'demo accounts and demo products',
    standsInFor: 'accounts and products',
    consequence: 'the password of an administrator is public',
    processes: ['user', 'router', 'start'],
    choice: null,
    real: [],
    isDefault: true,
    inProduction: 'leftOut',
  },
  {
    name: 'a fault',
    standsInFor: 'an accident',
    consequence: 'a process is killed, or goes without a guard',
    processes: SERVICES,
    choice: ['FAULT_POINT', '*'],
    real: [],
    isDefault: false,
    inProduction: 'refused',
  },
];
