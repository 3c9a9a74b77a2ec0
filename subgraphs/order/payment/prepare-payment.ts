import type { PoolConnection } from 'mysql2/promise';
import { z } from 'zod';
import { checkInput, type InvalidInput } from '../../../platform/graphql/invalid-input.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';
import type { PreparePaymentInput } from '../__generated__/resolvers-types.ts';
import type { OrderContext } from '../context.ts';
import { whilePayable } from '../fulfilment/payable-order.ts';
import { findOwnOrder } from '../orders/find-order.ts';
import type { Order } from '../orders/order.ts';
import {
  invalidOrderStatus,
  orderNotFound,
  type InvalidOrderStatus,
  type OrderNotFound,
} from '../orders/refusals.ts';
import { sealAddress, shippingAddress } from './shipping-address.ts';

export type PreparePaymentOutcome =
  | { readonly __typename: 'PaymentPrepared'; readonly order: Order }
  | { readonly __typename: 'ShippingAddressRequired'; readonly message: string }
  | OrderNotFound
  | InvalidOrderStatus
  | InvalidInput;

const preparePaymentInput = z.object({
  shippingAddress: shippingAddress.nullish().transform((address) => address ?? null),
});

/** The `preparePayment` mutation. @throws {Fault} UNAVAILABLE when the profile is needed and cannot be read */
export async function preparePayment(
  input: PreparePaymentInput,
  context: OrderContext,
): Promise<PreparePaymentOutcome> {
  const checked = checkInput(preparePaymentInput, input);
  if (!checked.ok) return checked.refusal;
  const order = await findOwnOrder(input.orderId, context);
  if (!order) return orderNotFound;
  if (order.status !== 'PENDING_PAYMENT') return invalidOrderStatus(order.status);

  const { cipher, fulfilment, profiles, paymentTimeoutMs } = context.services;
  const address = checked.value.shippingAddress ?? (await profiles.addressOf(context.identity));
  if (!address) {
    return {
      __typename: 'ShippingAddressRequired',
      message: 'There is no address on your profile: say where the order goes.',
    };
  }
  const sealed = sealAddress(cipher, order.id, address);
  const prepared = await whilePayable(fulfilment, order.id, (connection) =>
    write(connection, order.id, sealed, paymentTimeoutMs),
  );
  if (prepared.kind === 'refused') return invalidOrderStatus(prepared.status);
  return { __typename: 'PaymentPrepared', order: (await findOwnOrder(order.id, context))! };
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
