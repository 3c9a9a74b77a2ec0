import { startSubgraph } from '../../platform/graphql/subgraph-server.ts';
import { warnOfStandIns } from '../../platform/config/choose-stand-ins.ts';
import { json } from '../../platform/http/server.ts';
import type { Handler } from '../../platform/http/types.ts';
import { Fault } from '../../platform/errors.ts';
import { openIdentityVerifier, openSubgraphTokens } from '../../platform/identity/subgraph-auth.ts';
import type { AccessTokens } from '../../platform/identity/tokens/access-tokens.ts';
import { fixedKeySet } from '../../platform/identity/tokens/key-set.ts';
import { importKeys } from '../../platform/identity/tokens/verification-key.ts';
import { runPeriodically } from '../../platform/lifecycle/periodic-job.ts';
import type { RunningProcess } from '../../platform/lifecycle/run-process.ts';
import type { Logger } from '../../platform/logger.ts';
import { assertRedisUsable } from '../../platform/redis/condition.ts';
import { assertUserKeysFit } from './assert-keys-fit.ts';
import type { UserConfig } from './config.ts';
import { contextMaker } from './context.ts';
import { ensureAccounts } from './ensure-accounts.ts';
import { purgeExpiredSessions } from './sessions/purge-expired-sessions.ts';
import { permissions } from './permissions.ts';
import { resolvers } from './resolvers.ts';
import { createUserServices } from './services.ts';
import { parseSigningKeys, type SigningKeys } from './sessions/signing-keys.ts';
import { closeUserStores, openUserStores } from './stores.ts';

const PURGE_INTERVAL_MS = 60_000;

/** @throws {ConfigurationError} when a secret or a store is not acceptable; nothing stays open then */
export async function startUserSubgraph(config: UserConfig, logger: Logger): Promise<RunningProcess> {
  warnOfStandIns(config.standIns, logger);
  const stores = await openUserStores(config, logger);
  try {
    const signingKeys = parseSigningKeys(config.secrets.signingKeys);
    const services = await createUserServices(config, signingKeys, stores, logger);
    await assertUserKeysFit(stores.database, config, services);
    await ensureAccounts(config, services, logger);
    const http = await startSubgraph({
      schemaFile: new URL('../../schema/user.graphql', import.meta.url),
      resolvers,
      permissions,
      context: contextMaker(services),
      verifier: openIdentityVerifier('user', config.secrets.identitySecret, config, logger),
      tokens: openTokens(config, signingKeys, logger),
      host: config.HOST,
      port: config.USER_PORT,
      routes: { '/.well-known/jwks.json': publish(signingKeys) },
      readiness: {
        mysql: () => stores.database.ping(),
        redis: () => assertRedisUsable(stores.redis),
      },
      logger,
    });
    const purging = runPeriodically(
      'old-sessions',
      PURGE_INTERVAL_MS,
      () => purgeExpiredSessions(services),
      logger,
    );
    return {
      url: http.url,
      close: async () => {
        http.announceEnd();
        await http.close();
        await purging.stop();
        await closeUserStores(stores);
      },
    };
  } catch (error) {
    await closeUserStores(stores);
    throw error;
  }
}

/** The own key set is used directly instead of being fetched from this process. */
function openTokens(config: UserConfig, { publicKeySet }: SigningKeys, logger: Logger): AccessTokens | null {
  return openSubgraphTokens(config, logger, { own: fixedKeySet(importKeys(publicKeySet)) });
}

/** Verifiers fetch the key set again when a token names an unknown key, so a response may be a minute old. */
function publish({ publicKeySet }: SigningKeys): Handler {
  return ({ method }) => {
    if (method !== 'GET' && method !== 'HEAD') throw new Fault('METHOD_NOT_ALLOWED');
    return json(200, publicKeySet, { 'cache-control': 'public, max-age=60' });
  };
}
