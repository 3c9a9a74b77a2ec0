import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { bytesToUuid, uuidToBytes } from '../../../platform/uuid.ts';

/** The ledger of what changed stock other than a purchase, and the outbox towards Redis. */
export interface StockMovement {
  readonly id: string;
  readonly productId: string;
  /**
   * RESTOCK changes the total; GIVE_BACK takes units out of what is sold, and out of what the user holds. A negative give-back
   * is of an order that had given back before, and takes them again.
   */
  readonly kind: 'RESTOCK' | 'GIVE_BACK';
  readonly quantity: number;
  readonly orderId: string | null;
  readonly userId: string | null;
  /** MySQL's epoch when the movement was written, read under the lock of the stock row. */
  readonly epoch: number;
}

interface MovementRow extends RowDataPacket {
  id: Buffer;
  product_id: Buffer;
  kind: StockMovement['kind'];
  quantity: number;
  order_id: Buffer | null;
  user_id: Buffer | null;
  epoch: number;
}

const COLUMNS = 'id, product_id, kind, quantity, order_id, user_id, epoch';

export const insertMovement = (connection: PoolConnection, movement: StockMovement): Promise<void> =>
  insertMovements(connection, [movement]);

export async function insertMovements(
  connection: PoolConnection,
  movements: readonly StockMovement[],
): Promise<void> {
  const now = new Date();
  await connection.query(`INSERT INTO stock_movement (${COLUMNS}, created_at) VALUES ?`, [
    movements.map((movement) => [
      uuidToBytes(movement.id),
      uuidToBytes(movement.productId),
      movement.kind,
      movement.quantity,
      movement.orderId && uuidToBytes(movement.orderId),
      movement.userId && uuidToBytes(movement.userId),
      movement.epoch,
      now,
    ]),
  ]);
}

export async function findMovement(reader: Pool | PoolConnection, id: string): Promise<StockMovement | null> {
  const [[row]] = await reader.query<MovementRow[]>(`SELECT ${COLUMNS} FROM stock_movement WHERE id = ?`, [
    uuidToBytes(id),
  ]);
  return row ? toMovement(row) : null;
}

/** Movements that are not in Redis's numbers yet, oldest first. @param except products whose movements are not wanted */
export async function findMovementsToApply(
  pool: Pool,
  limit: number,
  except: Iterable<string> = [],
): Promise<StockMovement[]> {
  const excepted = [...except].map(uuidToBytes);
  const [rows] = await pool.query<MovementRow[]>(
    `SELECT ${COLUMNS} FROM stock_movement WHERE applied_at IS NULL
     ${excepted.length > 0 ? 'AND product_id NOT IN (?)' : ''} ORDER BY created_at LIMIT ?`,
    excepted.length > 0 ? [excepted, limit] : [limit],
  );
  return rows.map(toMovement);
}

export async function hasMovementsToApply(pool: Pool, productId: string): Promise<boolean> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT id FROM stock_movement WHERE product_id = ? AND applied_at IS NULL LIMIT 1',
    [uuidToBytes(productId)],
  );
  return rows.length > 0;
}

export async function markApplied(pool: Pool, movementIds: readonly string[]): Promise<void> {
  if (movementIds.length === 0) return;
  await pool.query('UPDATE stock_movement SET applied_at = ? WHERE id IN (?)', [
    new Date(),
    movementIds.map(uuidToBytes),
  ]);
}

const toMovement = (row: MovementRow): StockMovement => ({
  id: bytesToUuid(row.id),
  productId: bytesToUuid(row.product_id),
  kind: row.kind,
  quantity: row.quantity,
  orderId: row.order_id && bytesToUuid(row.order_id),
  userId: row.user_id && bytesToUuid(row.user_id),
  epoch: row.epoch,
});
