import type { PoolConnection } from 'mysql2/promise';
import { z } from 'zod';
import { checkInput, type InvalidInput } from '../../../platform/graphql/invalid-input.ts';
import { inTransaction } from '../../../platform/mysql/transaction.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import type { OrderStatus, PreparePaymentInput } from '../__generated__/resolvers-types.ts';
import type { OrderContext } from '../context.ts';
import { lockOrder } from '../orders/locked-order.ts';
import { withPayableOrder, type Payable } from '../orders/payable-order.ts';
import type { OrderStateMachine } from '../orders/transition-orders.ts';
import { findOwnOrder } from '../orders/find-order.ts';
import type { Order } from '../orders/order.ts';
import {
  invalidOrderStatus,
  orderNotFound,
  type InvalidOrderStatus,
  type OrderNotFound,
  type ShippingAddressRequired,
} from '../orders/refusals.ts';
import { sealAddress, shippingAddress } from './shipping-address.ts';

export type PreparePaymentOutcome =
  | { readonly __typename: 'PaymentPrepared'; readonly order: Order }
  | ShippingAddressRequired
  | OrderNotFound
  | InvalidOrderStatus
  | InvalidInput;

const preparePaymentInput = z.object({
  shippingAddress: shippingAddress.nullish().transform((address) => address ?? null),
});

/**
 * The `preparePayment` mutation. An order that was paid without an address, under an older release, is given one, too: until then it is not
 * shipped.
 *
 * @throws {Fault} UNAVAILABLE when the profile is needed and cannot be read
 */
export async function preparePayment(
  input: PreparePaymentInput,
  context: OrderContext,
): Promise<PreparePaymentOutcome> {
  const checked = checkInput(preparePaymentInput, input);
  if (!checked.ok) return checked.refusal;
  const order = await findOwnOrder(input.orderId, context);
  if (!order) return orderNotFound;
  if (!takesAddress(order.status, order.shippingAddress !== null)) return invalidOrderStatus(order.status);

  const { cipher, stateMachine, profiles, paymentTimeoutMs } = context.services;
  const address = checked.value.shippingAddress ?? (await profiles.addressOf(context.identity));
  if (!address) {
    return {
      __typename: 'ShippingAddressRequired',
      message: 'There is no address on your profile: say where the order goes.',
    };
  }
  const sealed = sealAddress(cipher, order.id, address);
  const prepared =
    order.status === 'PAID'
      ? await inTransaction(stateMachine.pool, (connection) =>
          addressPaid(connection, order.id, sealed, stateMachine),
        )
      : await withPayableOrder(stateMachine, order.id, (connection) =>
          write(connection, order.id, sealed, paymentTimeoutMs),
        );
  if (prepared.kind === 'refused') return invalidOrderStatus(prepared.status);
  return { __typename: 'PaymentPrepared', order: (await findOwnOrder(order.id, context))! };
}

const takesAddress = (status: OrderStatus, hasAddress: boolean): boolean =>
  status === 'PENDING_PAYMENT' || (status === 'PAID' && !hasAddress);

async function addressPaid(
  connection: PoolConnection,
  orderId: string,
  address: Buffer,
  stateMachine: OrderStateMachine,
): Promise<Payable<void>> {
  const { status, hasAddress } = (await lockOrder(connection, orderId, stateMachine))!;
  if (status !== 'PAID' || hasAddress) return { kind: 'refused', status };
  await connection.query('UPDATE orders SET shipping_address = ? WHERE id = ?', [
    address,
    uuidToBytes(orderId),
  ]);
  return { kind: 'done', result: undefined };
}

/** The first time gives the buyer the whole time to pay again; after that an address changes nothing but the address. */
async function write(
  connection: PoolConnection,
  orderId: string,
  address: Buffer,
  paymentTimeoutMs: number,
): Promise<void> {
  await connection.query(
    `UPDATE orders SET
       due_at = IF(shipping_address IS NULL, UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND, due_at),
       shipping_address = ?
     WHERE id = ?`,
    [paymentTimeoutMs * 1_000, address, uuidToBytes(orderId)],
  );
}
