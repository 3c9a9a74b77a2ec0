import { z } from 'zod';
import { chooseStandIns } from '../../platform/config/choose-stand-ins.ts';
import { ConfigurationError, readEnvironment } from '../../platform/config/environment.ts';
import { assertSpelling } from '../../platform/config/misspelt-settings.ts';
import { readSecret, type SecretName } from '../../platform/config/secrets.ts';
import {
  A_CENTURY,
  commonSettings,
  count,
  discoverySettings,
  duration,
  httpUrls,
  optionalDuration,
  optionalHttpUrl,
  port,
  share,
  storeSettings,
} from '../../platform/config/settings.ts';
import { subgraphAuthSettings } from '../../platform/identity/subgraph-auth.ts';
import { isWebhookSecret } from './payment/webhook-signature.ts';
import { assertSettingsFit } from './fitting-settings.ts';

export type OrderConfig = ReturnType<typeof readOrderConfig>;

/** @throws {ConfigurationError} naming each variable that is missing or wrong */
export function readOrderConfig(environment: NodeJS.ProcessEnv = process.env) {
  const settings = readEnvironment(
    {
      ...commonSettings,
      ...storeSettings,
      ...subgraphAuthSettings,
      ...discoverySettings,
      ORDER_PORT: port(4003),
      PRODUCT_URL: httpUrls('http://127.0.0.1:4002/graphql'),
      USER_URL: httpUrls('http://127.0.0.1:4001/graphql'),
      /** How long a buyer has to pay. */
      PAYMENT_TIMEOUT: duration('15m', A_CENTURY),
      /** Who takes payments; and who ships, delivers and takes back. The simulators must be chosen in production. */
      PAYMENT_PROVIDER: z.enum(['simulator', 'http'], 'expected simulator or http').default('simulator'),
      /** Of the provider `http`: the root of its API, and our API key. */
      PAYMENT_PROVIDER_URL: optionalHttpUrl(),
      PAYMENT_PROVIDER_KEY: z
        .string()
        .regex(
          /^[\x21-\x7e]{16,}$/,
          'expected at least 16 characters of ASCII, without spaces and line breaks',
        )
        .optional(),
      /** Signs the provider's events; several while it is changed, separated by commas. Without it there is no endpoint for them. */
      PAYMENT_WEBHOOK_SECRET: z
        .string()
        .transform((text) => text.split(',').map((part) => part.trim()))
        .refine((secrets) => secrets.every(isWebhookSecret), {
          error:
            'expected secrets of at least 32 characters, or whsec_ and at least 24 bytes in base64, separated by commas',
        })
        .optional(),
      PAYMENT_WEBHOOK_PORT: port(4013),
      /** How far the time of an event may be from now. */
      PAYMENT_WEBHOOK_TOLERANCE: duration('5m'),
      /** How long after a decline the provider's state is read once more. */
      PAYMENT_RECHECK_AFTER: duration('1d', A_CENTURY),
      FULFILMENT: z.enum(['simulator'], 'expected simulator').default('simulator'),
      /** How many payments by `sim_random` are declined, 0 to 1. */
      PAYMENT_DECLINE_RATE: share(0.2),
      /** How long the payment provider may take to answer. */
      PAYMENT_PROVIDER_TIMEOUT: duration('3s'),
      /** How long past its deadline an order waits for the outcome of a payment before it expires. */
      UNRESOLVED_PAYMENT_TIMEOUT: duration('1d', A_CENTURY),
      /** How long after payment an order is shipped, and after that delivered. */
      SHIP_AFTER: duration('1d', A_CENTURY),
      DELIVER_AFTER: duration('2d', A_CENTURY),
      /** How long after delivery a return may be requested, and how long it takes. */
      RETURN_WINDOW: duration('7d', A_CENTURY),
      RETURN_AFTER: duration('1d', A_CENTURY),
      /** How often the sweeper runs over orders, payments and refunds that are due. */
      SWEEP_EVERY: duration('1s'),
      /** How purchases are admitted; see README.md. */
      STOCK_STRATEGY: z.enum(['atomic', 'lock', 'row'], 'expected atomic, lock or row').default('atomic'),
      /** The lock of the strategy `lock`: its time to live, and how it is acquired. */
      STOCK_LOCK_LIFETIME: duration('3s'),
      STOCK_LOCK_ATTEMPTS: count(200),
      STOCK_LOCK_INTERVAL: duration('5ms'),
      STOCK_LOCK_DEADLINE: duration('3s'),
      /** When a purchase is answered `OutcomeUnknown`, at the latest; see `fitting-settings.ts`. */
      PURCHASE_TIMEOUT: duration('5s'),
      /** How long the known terms of a sale stay in use while the product subgraph does not answer. */
      STALE_TERMS_TIMEOUT: duration('5m'),
      /** How long a reservation may be open before the reaper settles it; see `fitting-settings.ts`. */
      RESERVATION_TIMEOUT: duration('10s', '1h'),
      /** How long the key of an abandoned purchase stays used up; after that its tombstone is deleted. */
      TOMBSTONE_RETENTION: duration('7d', A_CENTURY),
      /** How long movements of returned units are kept after they were applied; checkouts that were not finished; and orders that ended: for ever where it is not set. */
      STOCK_MOVEMENT_RETENTION: duration('90d', A_CENTURY),
      CHECKOUT_RETENTION: duration('1d', A_CENTURY),
      ORDER_RETENTION: optionalDuration(A_CENTURY),
      /** Tombstones of one account at a time; `abandonPurchase` makes no more. */
      MAX_TOMBSTONES_PER_USER: count(1_000),
      /** Load shedding: purchases under way in one process; more are refused with `Busy`. */
      MAX_PURCHASES_IN_FLIGHT: count(10_000),
      /** Purchases in one transaction. */
      MAX_BATCH: count(256),
    },
    environment,
  );
  const secret = (name: SecretName) => readSecret(name, settings.DATA_DIR, environment);
  assertSettingsFit(settings);
  assertRetention(settings);
  if (settings.PAYMENT_PROVIDER === 'http') {
    const missing = (['PAYMENT_PROVIDER_URL', 'PAYMENT_PROVIDER_KEY'] as const).filter(
      (name) => !settings[name],
    );
    if (missing.length > 0)
      throw new ConfigurationError(`PAYMENT_PROVIDER is http: set ${missing.join(' and ')}.`);
  }
  const read = {
    ...settings,
    /** Its own, and those of the subgraphs that it calls. */
    identitySecrets: {
      order: secret('ORDER_IDENTITY_SECRET'),
      user: secret('USER_IDENTITY_SECRET'),
      product: secret('PRODUCT_IDENTITY_SECRET'),
    },
    encryptionKeys: secret('ENCRYPTION_KEYS'),
    standIns: chooseStandIns('order', environment),
  };
  assertSpelling(environment);
  return read;
}

const DAY_MS = 86_400_000;

/** What is younger may still be under way: a movement in the memory of a relay, a request on its way, a payment. */
const SHORTEST_RETENTION = {
  STOCK_MOVEMENT_RETENTION: 2 * DAY_MS,
  CHECKOUT_RETENTION: 3_600_000,
  ORDER_RETENTION: 30 * DAY_MS,
};

function assertRetention(settings: {
  readonly [Name in keyof typeof SHORTEST_RETENTION]?: number | undefined;
}): void {
  for (const name of Object.keys(SHORTEST_RETENTION) as (keyof typeof SHORTEST_RETENTION)[]) {
    const shortest = SHORTEST_RETENTION[name];
    if ((settings[name] ?? Infinity) < shortest)
      throw new ConfigurationError(`${name} is not acceptable: expected at least ${shortest / 3_600_000}h.`);
  }
}
