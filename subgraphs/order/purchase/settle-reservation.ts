import type { OrderRecord } from '../orders/order.ts';
import type { Reservation } from '../stock/stock-outcomes.ts';
import type { StockService } from '../stock/stock-service.ts';

/**
 * A reservation whose order, or tombstone, is there. Only the reservation that the order's item was admitted by is confirmed. For
 * any other the unit has been counted already, by the rebuild that came between, and a confirmation would count it twice.
 */
export function settleReservation(
  stock: StockService,
  reservation: Reservation,
  record: OrderRecord,
): Promise<void> {
  const admittedBy =
    record.kind === 'order' &&
    record.order.items.some(
      ({ productId, epoch, seq }) =>
        productId === reservation.productId && epoch === reservation.epoch && seq === reservation.seq,
    );
  return admittedBy ? stock.confirm(reservation) : stock.release(reservation);
}
