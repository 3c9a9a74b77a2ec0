import { readEnvironment } from '../../platform/config/environment.ts';
import { readSecret } from '../../platform/config/secrets.ts';
import {
  commonSettings,
  count,
  duration,
  httpUrls,
  port,
  storeSettings,
} from '../../platform/config/settings.ts';

export type OrderConfig = ReturnType<typeof readOrderConfig>;

/** @throws {ConfigurationError} naming each variable that is missing or wrong */
export function readOrderConfig(environment: NodeJS.ProcessEnv = process.env) {
  const settings = readEnvironment(
    {
      ...commonSettings,
      ...storeSettings,
      ORDER_PORT: port(4003),
      PRODUCT_URL: httpUrls('http://127.0.0.1:4002/graphql'),
      /** How long a buyer has to pay. */
      PAYMENT_TIMEOUT: duration('15m'),
      /** When a purchase is told `OutcomeUnknown`, at the latest. */
      PURCHASE_TIMEOUT: duration('5s'),
      /** How long a reservation may be open before the reaper settles it. */
      RESERVATION_TIMEOUT: duration('10s'),
      /** Purchases under way in one process; more are told `Busy`. */
      MAX_PURCHASES_IN_FLIGHT: count(10_000),
      /** Purchases in one transaction. */
      MAX_BATCH: count(256),
    },
    environment,
  );
  return { ...settings, identitySecret: readSecret('IDENTITY_SECRET', settings.DATA_DIR, environment) };
}
