import type { OrderStatus } from '../__generated__/resolvers-types.ts';

/** The refusals that every operation on an order shares. */

export interface OrderNotFound {
  readonly __typename: 'OrderNotFound';
  readonly message: string;
}

export interface InvalidOrderStatus {
  readonly __typename: 'InvalidOrderStatus';
  readonly message: string;
  readonly status: OrderStatus;
}

export interface ShippingAddressRequired {
  readonly __typename: 'ShippingAddressRequired';
  readonly message: string;
}

/** Also for another user's order, so that the answer does not reveal whether it exists. */
export const orderNotFound: OrderNotFound = {
  __typename: 'OrderNotFound',
  message: 'There is no such order.',
};

export const invalidOrderStatus = (status: OrderStatus): InvalidOrderStatus => ({
  __typename: 'InvalidOrderStatus',
  message: `The order is ${status}, which does not allow this.`,
  status,
});
