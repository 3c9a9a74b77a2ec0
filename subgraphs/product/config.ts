import { chooseStandIns } from '../../platform/config/choose-stand-ins.ts';
import { readEnvironment } from '../../platform/config/environment.ts';
import { assertSpelling } from '../../platform/config/misspelt-settings.ts';
import { readSecret } from '../../platform/config/secrets.ts';
import {
  commonSettings,
  count,
  duration,
  port,
  replicaSettings,
  storeSettings,
} from '../../platform/config/settings.ts';
import { subgraphAuthSettings } from '../../platform/identity/subgraph-auth.ts';

const settings = {
  ...commonSettings,
  ...storeSettings,
  ...subgraphAuthSettings,
  ...replicaSettings,
  PRODUCT_PORT: port(4002),
  /** How long Redis may keep a product that has not changed. */
  PRODUCT_CACHE_TTL: duration('10s'),
  /** Connections to MySQL at the most, beside those for lists. */
  PRODUCT_MYSQL_POOL: count(10),
};

/** @throws {ConfigurationError} one sentence for each setting that is missing or wrong */
export function readProductConfig(environment: NodeJS.ProcessEnv = process.env) {
  const config = readEnvironment(settings, environment);
  const read = {
    ...config,
    identitySecret: readSecret('PRODUCT_IDENTITY_SECRET', config.DATA_DIR, environment),
    standIns: chooseStandIns('product', environment),
  };
  assertSpelling(environment);
  return read;
}

export type ProductConfig = ReturnType<typeof readProductConfig>;
