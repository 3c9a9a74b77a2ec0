import type { Logger } from '../../platform/logger.ts';
import { tellSize } from '../../platform/observability/metrics.ts';
import { createFieldCipher } from '../../platform/personal-data/field-cipher.ts';
import type { LockOptions } from '../../platform/redis/lock.ts';
import { BatchWriter } from './batch/batch-writer.ts';
import { OrderBatch } from './batch/order-batch.ts';
import { ExpiredTombstones } from './orders/expired-tombstones.ts';
import { Tombstones } from './orders/tombstones.ts';
import { WriterConnection } from './batch/writer-connection.ts';
import { WriterConnections } from './batch/writer-connections.ts';
import type { OrderConfig } from './config.ts';
import type { FulfilmentDependencies } from './orders/payable-order.ts';
import { Sweeper } from './fulfilment/sweeper.ts';
import type { OrderStores } from './order-stores.ts';
import { purchasesBlocked, purchasesInFlight } from './metrics.ts';
import { AccountLimits } from './orders/account-limits.ts';
import { OrderLists } from './orders/order-lists.ts';
import { OrderLookup } from './orders/order-lookup.ts';
import { OrderRepository } from './orders/order-repository.ts';
import { choosePaymentProvider } from './payment/choose-payment-provider.ts';
import type { PaymentProvider } from './payment/payment-provider.ts';
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
import { OldKeys } from './stock/old-keys.ts';
import { StockAnnouncer } from './stock/announce-stock.ts';
import { StockReconciliation } from './stock/stock-reconciliation.ts';
import { MovementRelay } from './stock/movement-relay.ts';
import { StockReader } from './stock/read-stock.ts';
import { Reaper } from './purchase/reaper.ts';
import { RefusalMemory } from './stock/refusal-memory.ts';
import { StockService } from './stock/stock-service.ts';
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
  provider: PaymentProvider = choosePaymentProvider(config, stores),
) {
  const cipher = createFieldCipher(config.encryptionKeys);
  const { pool } = stores.database;
  const announcer: StockAnnouncer = new StockAnnouncer({
    redis: stores.redis,
    prefix: config.REDIS_PREFIX,
    read: (productId) => stockReader.read(productId),
    logger,
  });
  const connections = new WriterConnections(
    () => new WriterConnection(config.MYSQL_URL, stores.database.condition),
  );
  const stock = new StockService({
    redis: stores.redis,
    pool,
    writer: connections.main,
    prefix: config.REDIS_PREFIX,
    reservationTtlMs: config.RESERVATION_TIMEOUT,
    memoryMs: KEY_MEMORY_MS,
    ...(config.STOCK_STRATEGY === 'lock' ? { lock: lockOptions(config) } : {}),
    onChange: announcer.changed,
    logger,
  });
  const stockReader = new StockReader(config.STOCK_STRATEGY === 'row' ? null : stock, pool);
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
  const lookup = new OrderLookup(orders);
  const memory = new RefusalMemory(stock.tools, attemptLifetimeMs(config.PURCHASE_TIMEOUT) + CLOCK_SKEW_MS);
  const inFlight = new InFlight();
  const refusals = new FinalRefusals({
    lookup,
    memory,
    onDecision: (orderId) => inFlight.refused(orderId),
    ...(config.STOCK_STRATEGY === 'row' ? { awaitWriter: (orderId) => awaitRowWriter(pool, orderId) } : {}),
    logger,
  });
  const products = new ProductReader(stores.productClient, config.STALE_TERMS_TIMEOUT, logger);
  tellSize(purchasesInFlight, () => inFlight.size);
  tellSize(purchasesBlocked, () => batch.blocked);
  const strategy =
    config.STOCK_STRATEGY === 'row'
      ? new RowLockPurchase({
          pool,
          lookup,
          refusals,
          memory,
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
  const relay = new MovementRelay(stock, pool, logger);
  const fulfilment: FulfilmentDependencies = {
    pool,
    relay,
    delays: {
      PAID: config.SHIP_AFTER,
      SHIPPED: config.DELIVER_AFTER,
      DELIVERED: config.RETURN_WINDOW,
      RETURN_REQUESTED: config.RETURN_AFTER,
    },
  };
  const payments = new Payments({
    ...fulfilment,
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
    forgottenTombstones: new ExpiredTombstones(pool, config.TOMBSTONE_RETENTION, logger),
    retention: new Retention(pool, retentionRules(config), logger),
    oldKeys: new OldKeys(stock.tools, pool, logger),
    products,
    stock,
    announcer,
    stockReader,
    relay,
    reaper: new Reaper(stock, tombstones, pool, logger),
    /** null where Redis has no part in sales: then there is nothing to compare. */
    drift: config.STOCK_STRATEGY === 'row' ? null : new StockReconciliation(stock, pool, logger),
    fulfilment,
    sweeper: new Sweeper(fulfilment, config.UNRESOLVED_PAYMENT_TIMEOUT, logger),
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
