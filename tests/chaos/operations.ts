import type { Caller } from '../../platform/identity/identity.ts';
import type { RandomNumbers } from '../harness/random-numbers.ts';
import { newKey } from '../harness/shop.ts';
import type { Service } from '../harness/service.ts';
import { administrator, executeAtSubgraph, buyer } from '../harness/subgraph-call.ts';
import type { ChaosSystem } from './chaos-system.ts';
import { call, type Call } from './history.ts';
import { mutationOf } from '../harness/mutation.ts';

/** What operations work on. */
export interface OperationSubjects {
  /** A product with more units than can be sold. */
  readonly productId: string;
  /** Who sends them. */
  readonly userIds: readonly string[];
  /** An order that may be cancelled, each time another one; null while there is none. */
  takeOrder(): { readonly orderId: string; readonly userId: string } | null;
  readonly random: RandomNumbers;
}

interface Request {
  readonly variables: object;
  readonly caller: Caller | null;
}

interface Operation {
  readonly name: string;
  /** The subgraph that has the field. */
  readonly of: 'user' | 'product' | 'order';
  readonly query: string;
  /** The member of the result union without a fault; null for a field without one. */
  readonly usual: string | null;
  /** Null where there is nothing to work on. */
  readonly request: (subjects: OperationSubjects) => Request | null;
}

const asAnyone = (variables: object): Request => ({ variables, caller: null });
const asAdministrator = (variables: object): Request => ({ variables, caller: administrator });
const asBuyer = ({ random, userIds }: OperationSubjects, variables: object): Request => ({
  variables,
  caller: buyer(userIds[random(userIds.length)]),
});

const PURCHASED = '... on PurchaseConfirmed { order { id items { quantity product { id } } } }';
const AGAIN = '... on OutcomeUnknown { retryAfterMs }';
const NOT_PURCHASED = `... on Busy { retryAfterMs } ${AGAIN} ... on SoldOut { productId }`;

export const PURCHASE = mutationOf('purchase', `${PURCHASED} ${NOT_PURCHASED}`);
export const CHECKOUT = mutationOf('checkoutWishlist', `${PURCHASED} ${NOT_PURCHASED}`);
export const ABANDON = mutationOf('abandonPurchase', `${PURCHASED} ${AGAIN}`);
export const ADD_TO_WISHLIST = mutationOf('addToWishlist', '', 'WishlistItemInput');
export const PREPARE_PAYMENT = mutationOf('preparePayment');
export const PAY = mutationOf('pay');
export const CANCEL = mutationOf('cancelOrder', '... on OrderCancelled { order { id } }');
export const REQUEST_RETURN = mutationOf('requestReturn');
export const RESTOCK = mutationOf('restock');
export const ORDER = 'query ($id: ID!) { order(id: $id) { id status } }';

/** Every kind of operation besides purchases; and a purchase, to check whether one succeeds. */
export const OPERATIONS: readonly Operation[] = [
  {
    name: 'signIn',
    of: 'user',
    query: mutationOf('signIn', '... on Error { message }'),
    usual: 'Session',
    request: () => asAnyone({ input: { email: 'buyer@firstcome.example', password: 'firstcome-buyer' } }),
  },
  {
    name: 'products',
    of: 'product',
    query: '{ products(first: 5) { nodes { id name } totalCount } }',
    usual: null,
    request: () => asAnyone({}),
  },
  {
    name: 'createProduct',
    of: 'product',
    query: mutationOf('createProduct'),
    usual: 'ProductSaved',
    request: () => asAdministrator({ input: { name: 'Tea', type: 'GENERAL', price: { amount: 1_000 } } }),
  },
  {
    name: 'stock',
    of: 'order',
    query: 'query ($id: ID!) { stock(productId: $id) { total sold reserved remaining } }',
    usual: null,
    request: ({ productId }) => asAnyone({ id: productId }),
  },
  {
    name: 'addToWishlist',
    of: 'order',
    query: ADD_TO_WISHLIST,
    usual: 'WishlistUpdated',
    request: (subjects) => asBuyer(subjects, { input: { productId: subjects.productId, quantity: 1 } }),
  },
  {
    name: 'restock',
    of: 'order',
    query: RESTOCK,
    usual: 'Restocked',
    request: ({ productId }) =>
      asAdministrator({ input: { productId, change: 1, idempotencyKey: newKey() } }),
  },
  {
    name: 'abandonPurchase',
    of: 'order',
    query: ABANDON,
    usual: 'PurchaseAbandoned',
    request: (subjects) => asBuyer(subjects, { input: { idempotencyKey: newKey() } }),
  },
  {
    name: 'purchaseOutcome',
    of: 'order',
    query: 'query ($key: String!) { purchaseOutcome(idempotencyKey: $key) { __typename } }',
    usual: null,
    request: (subjects) => asBuyer(subjects, { key: newKey() }),
  },
  {
    name: 'cancelOrder',
    of: 'order',
    query: CANCEL,
    usual: 'OrderCancelled',
    request: (subjects) => {
      const order = subjects.takeOrder();
      return order && { variables: { input: { orderId: order.orderId } }, caller: buyer(order.userId) };
    },
  },
  {
    name: 'purchase',
    of: 'order',
    query: PURCHASE,
    usual: 'PurchaseConfirmed',
    request: (subjects) =>
      asBuyer(subjects, {
        input: { productId: subjects.productId, quantity: 1, idempotencyKey: newKey() },
      }),
  },
];

/** Through a router. @returns null where the operation has nothing to work on */
export function sendThrough(
  router: Service,
  { name, query, usual, request }: Operation,
  system: ChaosSystem,
  subjects: OperationSubjects,
): Promise<Call> | null {
  const made = request(subjects);
  if (!made) return null;
  const { variables, caller } = made;
  const token = caller ? system.tokenOf(caller) : undefined;
  return call(name, usual, () => system.stack.executeAt(router.url, query, variables, token));
}

/** To a process of the subgraph that has the field, as a router would. @returns as `sendThrough` */
export function sendTo(
  service: Service,
  { name, of, query, usual, request }: Operation,
  subjects: OperationSubjects,
): Promise<Call> | null {
  const made = request(subjects);
  if (!made) return null;
  const { variables, caller } = made;
  return call(name, usual, () => executeAtSubgraph(of, service.url, query, variables, caller, 5_000));
}
