import { makeSecrets } from '../../../platform/config/secrets.ts';
import { settingOf } from '../../../platform/config/environment.ts';

export const ADMINISTRATOR = { email: 'admin@firstcome.example', password: 'firstcome-bench-admin' };

/**
 * As in production, with every limit on; those of an address are high, because all of the load comes from one. Orders do not expire
 * while they are counted.
 */
export const ownSettings = (signingKeys: string): NodeJS.ProcessEnv => ({
  ...inherited(),
  NODE_ENV: 'production',
  STORES: 'private',
  PAYMENT_PROVIDER: 'simulator',
  FULFILMENT: 'simulator',
  MAIL_TRANSPORT: 'files',
  ...makeSecrets(),
  SIGNING_KEYS: signingKeys,
  ADMIN_EMAIL: ADMINISTRATOR.email,
  ADMIN_PASSWORD: ADMINISTRATOR.password,
  PAYMENT_TIMEOUT: '1d',
  RATE_LIMIT_PER_ADDRESS: '1000000/s burst 1000000',
  RATE_LIMIT_COST_PER_ADDRESS: '100000000/s burst 100000000',
  RATE_LIMIT_COST_USERS_PER_ADDRESS: '100000000/s burst 100000000',
});

/** No other setting of the caller: one that is set for something else would change what is measured. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'NODE_EXTRA_CA_CERTS', 'MYSQL_SERVER', 'REDIS_SERVER'];

export function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    INHERITED.map((name) => [name, settingOf(name)]).filter(([, value]) => value !== undefined),
  ) as NodeJS.ProcessEnv;
}
