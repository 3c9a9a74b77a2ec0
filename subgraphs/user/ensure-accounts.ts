import { randomBytes } from 'node:crypto';
import type { Logger } from '../../platform/logger.ts';
import type { Role } from './__generated__/resolvers-types.ts';
import type { UserConfig } from './config.ts';
import type { Profile } from './personal-data/personal-fields.ts';
import type { UserServices } from './services.ts';
import { newAccount } from './sessions/sign-up.ts';

interface RequiredAccount {
  readonly email: string;
  readonly password: string;
  readonly role: Role;
  readonly name: string;
}

/** Their passwords are public: never in production. */
const DEMO_ACCOUNTS: readonly RequiredAccount[] = [
  {
    email: 'admin@firstcome.example',
    password: 'firstcome-admin',
    role: 'ADMIN',
    name: 'Demo Administrator',
  },
  { email: 'buyer@firstcome.example', password: 'firstcome-buyer', role: 'USER', name: 'Demo Buyer' },
];

/**
 * Creates the configured administrator at start, and outside production the demo accounts. An existing account keeps its
 * password; the administrator's becomes ADMIN. Idempotent; any number of processes may do this at once.
 */
export async function ensureAccounts(
  config: UserConfig,
  services: UserServices,
  logger: Logger,
): Promise<void> {
  const { administrator } = config;
  const isProduction = config.NODE_ENV === 'production';
  const wanted: RequiredAccount[] = isProduction ? [] : [...DEMO_ACCOUNTS];
  if (administrator) wanted.push({ ...administrator, role: 'ADMIN', name: 'Administrator' });
  for (const account of wanted) await ensureAccount(account, services, logger);
  if (isProduction) for (const account of DEMO_ACCOUNTS) await disableDemoAccount(account, services, logger);
}

/**
 * A database that served a demo may be used in production. A demo account that still has its public password gets a random one and
 * its sessions are revoked; one with another password belongs to a person and is left unchanged.
 */
async function disableDemoAccount(
  demo: RequiredAccount,
  services: UserServices,
  logger: Logger,
): Promise<void> {
  const { accounts, keyedHash, passwords, sessions, revokedSessions } = services;
  const account = await accounts.findByEmailHash(keyedHash.ofEmail(demo.email));
  if (!account || (await passwords.verify(account.passwordHash, demo.password)) === 'wrong') return;
  await sessions.changePassword({
    accountId: account.id,
    from: account.passwordHash,
    to: await passwords.hash(randomBytes(32).toString('base64url')),
    keepSessionId: null,
    publishRevoked: revokedSessions.publish,
  });
  logger.warn(
    { userId: account.id, role: account.role },
    'a demo account was found in production: its password was replaced by a random one and its sessions were revoked',
  );
}

async function ensureAccount(wanted: RequiredAccount, services: UserServices, logger: Logger): Promise<void> {
  const { accounts, keyedHash } = services;
  const emailHash = keyedHash.ofEmail(wanted.email);
  if (!(await accounts.findByEmailHash(emailHash))) {
    const account = await newAccount({ ...wanted, profile: profileOf(wanted) }, services);
    if (await accounts.insert(account))
      logger.info({ userId: account.id, role: account.role }, 'account created');
  }
  const account = await accounts.findByEmailHash(emailHash);
  if (account && wanted.role === 'ADMIN' && account.role !== 'ADMIN') {
    await accounts.setRole(account.id, 'ADMIN');
    logger.warn({ userId: account.id }, 'account made an administrator');
  }
}

/** Placeholders; the owner replaces them by `updateProfile`. */
const profileOf = ({ email, name }: RequiredAccount): Profile => ({
  email,
  name,
  phoneNumber: '+82 2 0000 0000',
  address: { postalCode: '00000', line1: 'Not given', line2: null },
});
