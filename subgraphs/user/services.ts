import type { Logger } from '../../platform/logger.ts';
import { createFieldCipher } from '../../platform/personal-data/field-cipher.ts';
import { signedFor } from '../../platform/identity/tokens/trusted-issuers.ts';
import { ConcurrencyLimit } from '../../platform/concurrency/concurrency-limit.ts';
import { createAccessTokens, type AccessTokens } from './sessions/access-tokens.ts';
import { createAccountRepository, type AccountRepository } from './accounts/account-repository.ts';
import { createAttemptLimits, noAttemptLimits, type AttemptLimits } from './attempt-limits/attempt-limits.ts';
import { PASSWORD_RESET, VERIFICATION } from './verification/code-kinds.ts';
import type { UserConfig } from './config.ts';
import { createRevokedSessions, type RevokedSessions } from './sessions/revoked-sessions.ts';
import { createKeyedHash, type KeyedHash } from './personal-data/keyed-hash.ts';
import { createKnownNetworks, type KnownNetworks } from './attempt-limits/known-networks.ts';
import type { Mailer } from './verification/mailer.ts';
import { createPasswords, type Passwords } from './passwords/passwords.ts';
import { createPersonalFields, type PersonalFields } from './personal-data/personal-fields.ts';
import { createRefreshTokens, type RefreshTokens } from './sessions/refresh-tokens.ts';
import { createSessionRepository, type SessionRepository } from './sessions/session-repository.ts';
import type { SigningKeys } from './sessions/signing-keys.ts';
import type { UserStores } from './stores.ts';
import { createVerificationCodes, type VerificationCodes } from './verification/verification-codes.ts';

/** What the use cases work with. One set a process. */
export interface UserServices {
  readonly accounts: AccountRepository;
  readonly sessions: SessionRepository;
  readonly personal: PersonalFields;
  readonly keyedHash: KeyedHash;
  readonly passwords: Passwords;
  /** Concurrency limit of password hashes, with fair queueing by network: many requests from one network delay that network only. */
  readonly passwordWork: ConcurrencyLimit;
  /** The same for refreshes, which take a transaction and no hash. */
  readonly refreshWork: ConcurrencyLimit;
  readonly codes: VerificationCodes;
  readonly resetCodes: VerificationCodes;
  readonly attempts: AttemptLimits;
  readonly knownNetworks: KnownNetworks;
  readonly accessTokens: AccessTokens;
  readonly refreshTokens: RefreshTokens;
  /** Milliseconds. */
  readonly refreshTokenLifetimeMs: number;
  /** How long a used refresh token gives its successor again, in milliseconds. */
  readonly refreshTokenGraceMs: number;
  readonly revokedSessions: RevokedSessions;
  readonly mailer: Mailer;
}

/** Less than half of a router's default timeout: the rest is for the work itself. */
const QUEUE_TIMEOUT_MS = 4_000;
/** Fewer than the connections to MySQL, so that sign-ins have some (bulkhead). */
const MAX_CONCURRENT_REFRESHES = 6;
const REFRESH_QUEUE = 2_000;

/** @throws {ConfigurationError} when a secret is not acceptable */
export async function createUserServices(
  config: UserConfig,
  signingKeys: SigningKeys,
  { database, redis, mailer }: UserStores,
  logger: Logger,
): Promise<UserServices> {
  const prefix = config.REDIS_PREFIX;
  const keyedHash = createKeyedHash(config.secrets.lookupKey);
  return {
    accounts: createAccountRepository(database),
    sessions: createSessionRepository(database),
    personal: createPersonalFields(createFieldCipher(config.secrets.encryptionKeys)),
    keyedHash,
    passwords: await createPasswords(),
    passwordWork: new ConcurrencyLimit({
      running: config.PASSWORD_CONCURRENCY,
      waiting: config.PASSWORD_QUEUE,
      timeoutMs: QUEUE_TIMEOUT_MS,
    }),
    refreshWork: new ConcurrencyLimit({
      running: MAX_CONCURRENT_REFRESHES,
      waiting: REFRESH_QUEUE,
      timeoutMs: QUEUE_TIMEOUT_MS,
    }),
    codes: createVerificationCodes(redis, prefix, keyedHash, VERIFICATION, logger),
    resetCodes: createVerificationCodes(redis, prefix, keyedHash, PASSWORD_RESET, logger),
    attempts: config.RATE_LIMITS
      ? createAttemptLimits(redis, prefix, keyedHash, logger, config.ATTEMPT_LIMITS)
      : noAttemptLimits,
    knownNetworks: createKnownNetworks(redis, prefix, keyedHash, logger, {
      networks: config.KNOWN_NETWORKS,
      lifetimeMs: config.KNOWN_NETWORK_LIFETIME,
      failures: config.ATTEMPT_LIMITS['sign-in'].perAccountAndNetwork,
    }),
    accessTokens: createAccessTokens({
      keys: signingKeys,
      ...signedFor(config),
      lifetimeMs: config.ACCESS_TOKEN_LIFETIME,
    }),
    refreshTokens: createRefreshTokens(keyedHash),
    refreshTokenLifetimeMs: config.REFRESH_TOKEN_LIFETIME,
    refreshTokenGraceMs: config.REFRESH_TOKEN_GRACE,
    revokedSessions: createRevokedSessions(redis, prefix, config.ACCESS_TOKEN_LIFETIME),
    mailer,
  };
}
