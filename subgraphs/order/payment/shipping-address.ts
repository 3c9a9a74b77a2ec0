import type { FieldCipher } from '../../../platform/personal-data/field-cipher.ts';
import { postalAddress } from '../../../platform/text/text-input.ts';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context.ts';
import type { Order } from '../orders/order.ts';

export interface ShippingAddress {
  readonly postalCode: string;
  readonly line1: string;
  readonly line2: string | null;
}

/** As for the address of a profile. */
export const shippingAddress = postalAddress;

/** What of a request's context an address is decrypted by. */
interface AddressContext extends SubgraphContext {
  readonly services: { readonly cipher: FieldCipher };
}

const placeOf = (orderId: string): string => `order.shippingAddress:${orderId}`;

/** @returns the address as it is stored: encrypted, and bound to the order */
export const sealAddress = (cipher: FieldCipher, orderId: string, address: ShippingAddress): Buffer =>
  Buffer.from(cipher.encrypt(JSON.stringify(address), placeOf(orderId)));

/** @throws when it was altered, belongs to another order, or its key is not known */
export const openAddress = (cipher: FieldCipher, orderId: string, stored: Buffer): ShippingAddress =>
  JSON.parse(cipher.decrypt(stored.toString(), placeOf(orderId))) as ShippingAddress;

/** Where an order goes. Decrypted for its buyer and for `order:read`; null for anyone else, on whatever path they came. */
export function shippingAddressOf(
  order: Order,
  { caller, services }: AddressContext,
): ShippingAddress | null {
  const mayRead = caller?.userId === order.userId || caller?.scopes.has('order:read');
  if (!order.shippingAddress || !mayRead) return null;
  return openAddress(services.cipher, order.id, order.shippingAddress);
}
