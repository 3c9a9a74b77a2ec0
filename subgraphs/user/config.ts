import { z } from 'zod';
import { chooseStandIns } from '../../platform/config/choose-stand-ins.ts';
import { ConfigurationError, readEnvironment } from '../../platform/config/environment.ts';
import { assertSpelling } from '../../platform/config/misspelt-settings.ts';
import { readSecret } from '../../platform/config/secrets.ts';
import {
  A_CENTURY,
  commonSettings,
  count,
  duration,
  onOff,
  port,
  storeSettings,
} from '../../platform/config/settings.ts';
import { subgraphAuthSettings } from '../../platform/identity/subgraph-auth.ts';
import { tokenSettings } from '../../platform/identity/tokens/token-settings.ts';
import { email, normaliseEmail, password } from './accounts/account-input.ts';
import { attemptNumbers } from './attempt-limits/attempt-numbers.ts';

const settings = {
  ...commonSettings,
  ...storeSettings,
  ...subgraphAuthSettings,
  USER_PORT: port(4001),
  /** `files`: mail goes into files in `<DATA_DIR>/mail/`, as it does without SMTP_URL; must be chosen in production. */
  MAIL_TRANSPORT: z.enum(['smtp', 'files'], 'expected smtp or files').optional(),
  /** The SMTP server for outgoing mail. */
  SMTP_URL: z
    .string()
    .refine((text) => /^smtps?:$/.test(URL.canParse(text) ? new URL(text).protocol : ''), {
      error: 'expected a URL that starts with smtp:// or smtps://',
    })
    .optional(),
  MAIL_FROM: z.string().default('firstcome <no-reply@firstcome.example>'),
  /** An administrator who is there from the first start on. */
  ADMIN_EMAIL: z
    .string()
    .refine((text) => email.safeParse(text).success, 'expected an e-mail address')
    .transform(normaliseEmail)
    .optional(),
  ADMIN_PASSWORD: z
    .string()
    .refine((text) => password.safeParse(text).success, 'expected 10 to 200 characters')
    .optional(),
  /** The keys that `SUBGRAPH_AUTH=jwt` verifies tokens with; `own`: those that this service signs with. */
  ...tokenSettings(['own', 'off'], 'own'),
  ACCESS_TOKEN_LIFETIME: duration('15m', A_CENTURY),
  /** From its last refresh on, a session that is not refreshed lives this long. */
  REFRESH_TOKEN_LIFETIME: duration('30d', A_CENTURY),
  /**
   * How long a used refresh token gives its successor again, unless that was used. Longer than SUBGRAPH_TIMEOUT of the router, so that
   * a client whose request timed out there can repeat it.
   */
  REFRESH_TOKEN_GRACE: duration('15s', A_CENTURY),
  RATE_LIMITS: onOff('on'),
  /** Attempts in 15 minutes per account and network, per account, and per network; those that are left out keep their defaults. */
  ATTEMPT_LIMITS: attemptNumbers(),
  /** Networks from which an account has signed in, and for how long each is remembered after its last sign-in. */
  KNOWN_NETWORKS: count(8),
  KNOWN_NETWORK_LIFETIME: duration('30d', A_CENTURY),
  /** Concurrency limit of requests that hash a password, and the length of its queue. A hash takes some 20 ms of a core, and 19 MiB. */
  PASSWORD_CONCURRENCY: count(8),
  PASSWORD_QUEUE: count(512, 0),
};

export type UserConfig = ReturnType<typeof readUserConfig>;

/** @throws {ConfigurationError} one sentence for each variable that is missing or wrong */
export function readUserConfig(environment: NodeJS.ProcessEnv = process.env) {
  const values = readEnvironment(settings, environment);
  assertMailTransport(values.MAIL_TRANSPORT, values.SMTP_URL);
  const secret = (name: Parameters<typeof readSecret>[0]) => readSecret(name, values.DATA_DIR, environment);
  const read = {
    ...values,
    administrator: administratorOf(values.ADMIN_EMAIL, values.ADMIN_PASSWORD),
    secrets: {
      identitySecret: secret('USER_IDENTITY_SECRET'),
      signingKeys: secret('SIGNING_KEYS'),
      encryptionKeys: secret('ENCRYPTION_KEYS'),
      lookupKey: secret('LOOKUP_KEY'),
    },
    standIns: chooseStandIns('user', environment),
  };
  assertSpelling(environment);
  return read;
}

function assertMailTransport(transport: 'smtp' | 'files' | undefined, url: string | undefined): void {
  if (transport === 'smtp' && !url) throw new ConfigurationError('MAIL_TRANSPORT is smtp: set SMTP_URL.');
  if (transport === 'files' && url)
    throw new ConfigurationError('MAIL_TRANSPORT is files, but SMTP_URL is set: leave one of them out.');
}

function administratorOf(
  adminEmail: string | undefined,
  adminPassword: string | undefined,
): { readonly email: string; readonly password: string } | null {
  if (adminEmail && adminPassword) return { email: adminEmail, password: adminPassword };
  if (!adminEmail && !adminPassword) return null;
  throw new ConfigurationError('ADMIN_EMAIL and ADMIN_PASSWORD must be set together, or neither of them.');
}
