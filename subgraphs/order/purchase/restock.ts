import type { Pool, PoolConnection } from 'mysql2/promise';
import { invalidInput, type InvalidInput } from '../../../platform/graphql/invalid-input.ts';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import { deriveMovementId } from '../orders/order-id.ts';
import type { ProductReader } from '../products/product-reader.ts';
import { productNotFound } from './outcomes.ts';
import type { MovementRelay } from '../stock/movement-relay.ts';
import type { StockReader, StockView } from '../stock/read-stock.ts';
import { findMovement, insertMovement, type StockMovement } from '../stock/stock-movements.ts';
import { lockStockRow } from '../stock/stock-repository.ts';
import type { StockService } from '../stock/stock-service.ts';

export interface RestockRequest {
  readonly productId: string;
  /** Units added to the total; negative takes away. */
  readonly change: number;
  readonly expectedTotal: number | null;
  readonly idempotencyKey: string;
}

export type RestockOutcome =
  | { readonly __typename: 'Restocked'; readonly stock: StockView }
  | { readonly __typename: 'ProductNotFound'; readonly message: string }
  | { readonly __typename: 'StaleStock'; readonly message: string; readonly stock: StockView }
  | { readonly __typename: 'StockInUse'; readonly message: string; readonly stock: StockView }
  | InvalidInput;

export interface RestockDependencies {
  readonly pool: Pool;
  readonly products: ProductReader;
  readonly stock: StockService;
  readonly reader: StockReader;
  readonly relay: MovementRelay;
}

const LARGEST_TOTAL = 2 ** 31 - 1;
const READY_WITHIN_MS = 2_000;

/** `replay`: written by an earlier request under the same key, which may still be on its way to Redis. */
type Written = { readonly kind: 'written' | 'replay'; readonly movement: StockMovement };
type NotWritten = { readonly kind: 'otherUse' | 'stale' | 'inUse' | 'tooMany' };

/** Changes how many units there are to sell. In MySQL first, where the guards are; the outbox relay updates Redis. */
export async function restock(
  deps: RestockDependencies,
  userId: string,
  request: RestockRequest,
): Promise<RestockOutcome> {
  const product = await deps.products.read(request.productId);
  if (!product) return productNotFound;

  const reserved = (await deps.stock.read(request.productId))?.reserved ?? 0;
  const result = await inTransaction(deps.pool, (connection) => write(connection, userId, request, reserved));
  if ('movement' in result) {
    await deps.relay.deliver(result.movement);
    await deps.stock.ensureReady({
      productId: request.productId,
      minEpoch: 0,
      needsHoldings: product.terms.purchaseLimit !== null,
      deadline: performance.now() + READY_WITHIN_MS,
    });
  }
  return toOutcome(result, (await deps.reader.read(request.productId))!);
}

async function write(
  connection: PoolConnection,
  userId: string,
  request: RestockRequest,
  reserved: number,
): Promise<Written | NotWritten> {
  const { productId, change, expectedTotal } = request;
  await connection.query(
    'INSERT INTO stock (product_id, total, sold, epoch) VALUES (?, 0, 0, 0) ON DUPLICATE KEY UPDATE product_id = product_id',
    [uuidToBytes(productId)],
  );
  const row = (await lockStockRow(connection, productId))!;

  const id = deriveMovementId(userId, request.idempotencyKey);
  const before = await findMovement(connection, id);
  if (before) {
    const isSame = before.productId === productId && before.quantity === change;
    return isSame ? { kind: 'replay', movement: before } : { kind: 'otherUse' };
  }
  if (expectedTotal !== null && row.total !== expectedTotal) return { kind: 'stale' };
  if (change < 0 && row.total + change < row.sold + reserved) return { kind: 'inUse' };
  if (row.total + change > LARGEST_TOTAL) return { kind: 'tooMany' };

  await connection.query('UPDATE stock SET total = total + ? WHERE product_id = ?', [
    change,
    uuidToBytes(productId),
  ]);
  const movement: StockMovement = {
    id,
    productId,
    kind: 'RESTOCK',
    quantity: change,
    orderId: null,
    userId: null,
    epoch: row.epoch,
  };
  await insertMovement(connection, movement);
  return { kind: 'written', movement };
}

function toOutcome(result: Written | NotWritten, stock: StockView): RestockOutcome {
  switch (result.kind) {
    case 'written':
    case 'replay':
      return { __typename: 'Restocked', stock };
    case 'otherUse':
      return invalidInput([
        { path: 'idempotencyKey', message: 'This key was used before for another restock.' },
      ]);
    case 'stale':
      return { __typename: 'StaleStock', message: 'The total is another one by now.', stock };
    case 'inUse':
      return { __typename: 'StockInUse', message: 'Some of these units are sold or reserved.', stock };
    case 'tooMany':
      return invalidInput([{ path: 'change', message: `The total may be at most ${LARGEST_TOTAL}.` }]);
  }
}
