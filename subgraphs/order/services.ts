import type { Logger } from '../../platform/logger.ts';
import { observeSize } from '../../platform/observability/metrics.ts';
import { createFieldCipher } from '../../platform/personal-data/field-cipher.ts';
import type { LockOptions } from '../../platform/redis/lock.ts';
import { BatchWriter } from './batch/batch-writer.ts';
import { OrderBatch } from './batch/order-batch.ts';
import { ExpiredTombstones } from './orders/expired-tombstones.ts';
import { Tombstones } from './orders/tombstones.ts';
import { WriterConnection } from './batch/writer-connection.ts';
import { WriterConnections } from './batch/writer-connections.ts';
import type { OrderConfig } from './config.ts';
import { Sweeper } from './fulfilment/sweeper.ts';
import type { OrderStores } from './stores.ts';
import { purchasesBlocked } from './batch/metrics.ts';
import { purchasesInFlight } from './purchase/metrics.ts';
import { AccountLimits } from './orders/account-limits.ts';
import { OrderLists } from './orders/order-lists.ts';
import { OrderLookup } from './orders/order-lookup.ts';
import { OrderRepository } from './orders/order-repository.ts';
import { returnUnits } from './orders/return-units.ts';
import type { OrderStateMachine } from './orders/transition-orders.ts';
import { choosePaymentProvider } from './payment/choose-payment-provider.ts';
import type { PaymentProvider } from './payment/payment-provider.ts';
import { chargedOrders, markRefundsDue } from './payment/payment-repository.ts';
import { Payments } from './payment/payments.ts';
import { ProfileReader } from './payment/profile-reader.ts';
import { ProductReader } from './products/product-reader.ts';
import { FinalRefusals } from './purchase/final-refusals.ts';
import { InFlight } from './purchase/in-flight.ts';
import { Purchases } from './purchase/purchase.ts';
import { ReservationPurchase } from './purchase/reservation-purchase.ts';
import { attemptLifetimeMs } from './purchase/remaining-time.ts';
import { awaitRowWriter, RowLockPurchase } from './purchase/row-lock-purchase.ts';
import { Retention } from './retention/retention.ts';
import { retentionRules } from './retention/rules.ts';
import { Reaper } from './purchase/reaper.ts';
import { createStock } from './stock/create-stock.ts';
import { createCheckoutRepository } from './wishlist/checkout-repository.ts';
import { createWishlistRepository } from './wishlist/wishlist-repository.ts';

export type OrderServices = ReturnType<typeof createOrderServices>;

/** A key that was settled this long ago may be forgotten by Redis, in milliseconds: a day. */
const KEY_MEMORY_MS = 86_400_000;

/** By how much the clocks of a router and of this machine may differ, in milliseconds. */
const CLOCK_SKEW_MS = 1_000;

/**
 * Everything that lives as long as the process, put together once.
 *
 * @throws {ConfigurationError} when the encryption keys are not acceptable
 */
export function createOrderServices(
  config: OrderConfig,
  stores: OrderStores,
  logger: Logger,
  provider: PaymentProvider = choosePaymentProvider(config, stores.database.pool),
) {
  const cipher = createFieldCipher(config.encryptionKeys);
  const { pool } = stores.database;
  const connections = new WriterConnections(
    () => new WriterConnection(config.MYSQL_URL, stores.database.condition),
  );
  const { stock, announcer, refusalMemory, ...stockParts } = createStock({
    redis: stores.redis,
    pool,
    writer: connections.main,
    prefix: config.REDIS_PREFIX,
    isInRedis: config.STOCK_STRATEGY !== 'row',
    reservationTtlMs: config.RESERVATION_TIMEOUT,
    memoryMs: KEY_MEMORY_MS,
    attemptLifetimeMs: attemptLifetimeMs(config.PURCHASE_TIMEOUT) + CLOCK_SKEW_MS,
    ...(config.STOCK_STRATEGY === 'lock' ? { lock: lockOptions(config) } : {}),
    logger,
  });
  const orders = new OrderRepository(pool);
  const tombstones = new Tombstones(pool, orders, config.TOMBSTONE_RETENTION);
  const openWriter = (connection: WriterConnection, waitsForStock: boolean) =>
    new BatchWriter({ connection, pool, orders, waitsForStock, logger });
  const batch = new OrderBatch({
    writer: openWriter(connections.main, true),
    writersForBlocked: connections.forBlocked.map((connection) => openWriter(connection, false)),
    maxBatch: config.MAX_BATCH,
    queueLimit: config.MAX_PURCHASES_IN_FLIGHT,
    renew: (reservations) => stock.renew(reservations),
    logger,
  });
  // Should that fail, the job of the same purpose repeats it.
  stock.grace.onBegin(() => void batch.renew().catch(() => undefined));
  const lookup = new OrderLookup(orders);
  const inFlight = new InFlight();
  const refusals = new FinalRefusals({
    lookup,
    memory: refusalMemory,
    onDecision: (orderId) => inFlight.refused(orderId),
    ...(config.STOCK_STRATEGY === 'row' ? { awaitWriter: (orderId) => awaitRowWriter(pool, orderId) } : {}),
    logger,
  });
  const products = new ProductReader(stores.productClient, config.STALE_TERMS_TIMEOUT, logger);
  observeSize(purchasesInFlight, () => inFlight.size);
  observeSize(purchasesBlocked, () => batch.blocked);
  const strategy =
    config.STOCK_STRATEGY === 'row'
      ? new RowLockPurchase({
          pool,
          lookup,
          refusals,
          memory: refusalMemory,
          paymentTimeoutMs: config.PAYMENT_TIMEOUT,
          onStockChanged: announcer.changed,
          logger,
        })
      : new ReservationPurchase({
          stock,
          batch,
          tombstones,
          lookup,
          refusals,
          paymentTimeoutMs: config.PAYMENT_TIMEOUT,
          logger,
        });
  const purchases = new Purchases({
    products,
    strategy,
    refusals,
    inFlight,
    maxInFlight: config.MAX_PURCHASES_IN_FLIGHT,
    logger,
  });
  const stateMachine: OrderStateMachine = {
    pool,
    relay: stockParts.relay,
    delays: {
      PAID: config.SHIP_AFTER,
      SHIPPED: config.DELIVER_AFTER,
      DELIVERED: config.RETURN_WINDOW,
      RETURN_REQUESTED: config.RETURN_AFTER,
    },
    readCharged: chargedOrders,
    onRelease: [markRefundsDue, returnUnits],
  };
  const payments = new Payments({
    ...stateMachine,
    provider,
    orders,
    products,
    stock,
    providerTimeoutMs: config.PAYMENT_PROVIDER_TIMEOUT,
    unresolvedMs: config.UNRESOLVED_PAYMENT_TIMEOUT,
    recheckMs: config.PAYMENT_RECHECK_AFTER,
    logger,
  });
  return {
    purchases,
    inFlight,
    batch,
    connections,
    lookup,
    refusals,
    orders,
    lists: new OrderLists(stores.lists),
    accountLimits: new AccountLimits(pool, orders, config.MAX_TOMBSTONES_PER_USER),
    tombstones,
    expiredTombstones: new ExpiredTombstones(pool, config.TOMBSTONE_RETENTION, logger),
    retention: new Retention(pool, retentionRules(config), logger),
    products,
    stock,
    announcer,
    ...stockParts,
    reaper: new Reaper({ batch, stock, tombstones, pool, logger }),
    stateMachine,
    sweeper: new Sweeper(stateMachine, config.UNRESOLVED_PAYMENT_TIMEOUT, logger),
    payments,
    provider,
    profiles: new ProfileReader(stores.userClient),
    cipher,
    wishlists: createWishlistRepository(stores.database),
    checkouts: createCheckoutRepository(stores.database),
    pool,
    paymentTimeoutMs: config.PAYMENT_TIMEOUT,
    purchaseTimeoutMs: config.PURCHASE_TIMEOUT,
  };
}

const lockOptions = (config: OrderConfig): LockOptions => ({
  ttlMs: config.STOCK_LOCK_LIFETIME,
  waitMs: config.STOCK_LOCK_DEADLINE,
  attempts: config.STOCK_LOCK_ATTEMPTS,
  intervalMs: config.STOCK_LOCK_INTERVAL,
});
