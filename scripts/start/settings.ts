import { resolve } from 'node:path';
import { z } from 'zod';
import { chooseStandIns, type ChosenStandIn } from '../../platform/config/choose-stand-ins.ts';
import { isProduction, readEnvironment } from '../../platform/config/environment.ts';
import { instances, onOff, storeSettings } from '../../platform/config/settings.ts';

export type OwnPort = 'PORT' | 'USER_PORT' | 'PRODUCT_PORT' | 'ORDER_PORT';

/** What `npm start` itself needs to know; the services read the rest. What is undefined was not set, and is chosen for them. */
export type Settings = {
  /** Data, logs and mails; absolute. */
  dataDir: string;
  host: string | undefined;
  /** By the variable that sets it. */
  ports: Record<OwnPort, number>;
  /** How many processes of the router, and of the order subgraph, are run. */
  instances: number;
  /** Of what a service listens to besides its own, where that is on. */
  otherPorts: Readonly<Record<string, number>>;
  /** Where services and the keys of tokens are, if not here. */
  urls: Readonly<Record<'user' | 'product' | 'order' | 'jwks', string | undefined>>;
  /** Undefined: a private server is started. */
  mysqlUrl: string | undefined;
  redisUrl: string | undefined;
  redisPrefix: string;
  isProduction: boolean;
  playground: boolean;
  salePage: boolean;
  /** To warn of. */
  standIns: readonly ChosenStandIn[];
};

const port = (preset: number, smallest = 1) =>
  z.coerce
    .number('expected a port number')
    .int('expected a port number')
    .min(smallest, `expected a port number from ${smallest} to 65535`)
    .max(65_535, `expected a port number from ${smallest} to 65535`)
    .default(preset);

const text = () => z.string().optional();

/** Throws a ConfigurationError that names the variable, when one is wrong. */
export function readSettings(): Settings {
  const production = isProduction();
  const given = readEnvironment({
    /** Whether stores without a URL are private servers; must be chosen in production. */
    STORES: z.enum(['private'], 'expected private').default('private'),
    DATA_DIR: z.string().default('.data'),
    HOST: text(),
    MYSQL_URL: text(),
    REDIS_URL: text(),
    REDIS_PREFIX: storeSettings.REDIS_PREFIX,
    USER_URL: text(),
    PRODUCT_URL: text(),
    ORDER_URL: text(),
    JWKS_URL: text(),
    PORT: port(4000),
    USER_PORT: port(4001),
    PRODUCT_PORT: port(4002),
    ORDER_PORT: port(4003),
    INSTANCES: instances(),
    METRICS: onOff('off'),
    METRICS_PORT: port(9464, 0),
    PAYMENT_WEBHOOK_SECRET: text(),
    PAYMENT_WEBHOOK_PORT: port(4013, 0),
    PLAYGROUND: onOff(production ? 'off' : 'on'),
    SALE_PAGE: onOff(production ? 'off' : 'on'),
  });
  const { PORT, USER_PORT, PRODUCT_PORT, ORDER_PORT, METRICS_PORT, PAYMENT_WEBHOOK_PORT } = given;
  return {
    dataDir: resolve(given.DATA_DIR),
    host: given.HOST,
    ports: { PORT, USER_PORT, PRODUCT_PORT, ORDER_PORT },
    instances: given.INSTANCES,
    otherPorts: {
      ...(given.METRICS && METRICS_PORT > 0 ? metricsPorts(METRICS_PORT, given.INSTANCES) : {}),
      ...(given.PAYMENT_WEBHOOK_SECRET && PAYMENT_WEBHOOK_PORT > 0 ? { PAYMENT_WEBHOOK_PORT } : {}),
    },
    urls: { user: given.USER_URL, product: given.PRODUCT_URL, order: given.ORDER_URL, jwks: given.JWKS_URL },
    mysqlUrl: given.MYSQL_URL,
    redisUrl: given.REDIS_URL,
    redisPrefix: given.REDIS_PREFIX,
    isProduction: production,
    playground: given.PLAYGROUND,
    salePage: given.SALE_PAGE,
    standIns: chooseStandIns('start', process.env),
  };
}

/** Each process of the router has the one after that of the process before it. */
const metricsPorts = (first: number, count: number): Record<string, number> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [i === 0 ? 'METRICS_PORT' : `METRICS_PORT + ${i}`, first + i]),
  );
