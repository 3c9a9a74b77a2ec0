import { resolve } from 'node:path';
import { z } from 'zod';
import { chooseStandIns, type ChosenStandIn } from '../../platform/config/choose-stand-ins.ts';
import { isProduction, readEnvironment } from '../../platform/config/environment.ts';
import { storeSettings } from '../../platform/config/settings.ts';

/** What `npm start` itself needs to know; the services read the rest. */
export type Settings = {
  /** Data, logs and mails; absolute. */
  dataDir: string;
  /** By the variable that sets it. */
  ports: Record<'PORT' | 'USER_PORT' | 'PRODUCT_PORT' | 'ORDER_PORT', number>;
  /** Undefined: a private server is started. */
  mysqlUrl: string | undefined;
  redisUrl: string | undefined;
  redisPrefix: string;
  isProduction: boolean;
  /** To warn of. */
  standIns: readonly ChosenStandIn[];
};

const port = (preset: number) =>
  z.coerce
    .number('expected a port number')
    .int('expected a port number')
    .min(1, 'expected a port number from 1 to 65535')
    .max(65_535, 'expected a port number from 1 to 65535')
    .default(preset);

/** Throws a ConfigurationError that names the variable, when one is wrong. */
export function readSettings(): Settings {
  const {
    DATA_DIR,
    MYSQL_URL,
    REDIS_URL,
    REDIS_PREFIX,
    STORES: _,
    ...ports
  } = readEnvironment({
    /** Whether stores without a URL are private servers; must be chosen in production. */
    STORES: z.enum(['private'], 'expected private').default('private'),
    DATA_DIR: z.string().default('.data'),
    MYSQL_URL: z.string().optional(),
    REDIS_URL: z.string().optional(),
    REDIS_PREFIX: storeSettings.REDIS_PREFIX,
    PORT: port(4000),
    USER_PORT: port(4001),
    PRODUCT_PORT: port(4002),
    ORDER_PORT: port(4003),
  });
  return {
    dataDir: resolve(DATA_DIR),
    ports,
    mysqlUrl: MYSQL_URL,
    redisUrl: REDIS_URL,
    redisPrefix: REDIS_PREFIX,
    isProduction: isProduction(),
    standIns: chooseStandIns('start', process.env),
  };
}
