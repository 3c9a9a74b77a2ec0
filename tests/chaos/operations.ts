import type { Caller } from '../../platform/identity/identity.ts';
import type { RandomNumbers } from '../harness/random-numbers.ts';
import { newKey } from '../harness/shop.ts';
import type { Service } from '../harness/service.ts';
import { administrator, executeAtSubgraph, buyer } from '../harness/subgraph-call.ts';
import type { ChaosSystem } from './chaos-system.ts';
import { call, type Call } from './history.ts';

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
  readonly query: string;
  readonly variables: object;
  readonly caller: Caller | null;
}

interface Operation {
  readonly name: string;
  /** The subgraph that has the field. */
  readonly of: 'user' | 'product' | 'order';
  /** The member of the result union without a fault; null for a field without one. */
  readonly usual: string | null;
  /** Null where there is nothing to work on. */
  readonly request: (subjects: OperationSubjects) => Request | null;
}

const mutation = (name: string, type: string, selection = '') =>
  `mutation ($input: ${type}!) { ${name}(input: $input) { __typename ${selection} } }`;

const asSomeone = ({ random, userIds }: OperationSubjects): Caller => buyer(userIds[random(userIds.length)]);

const PURCHASED = '... on PurchaseConfirmed { order { id items { quantity product { id } } } }';
const AGAIN = '... on OutcomeUnknown { retryAfterMs }';
const NOT_PURCHASED = `... on Busy { retryAfterMs } ${AGAIN} ... on SoldOut { productId }`;

export const PURCHASE = mutation('purchase', 'PurchaseInput', `${PURCHASED} ${NOT_PURCHASED}`);
export const CHECKOUT = mutation(
  'checkoutWishlist',
  'CheckoutWishlistInput',
  `${PURCHASED} ${NOT_PURCHASED}`,
);
export const ABANDON = mutation('abandonPurchase', 'AbandonPurchaseInput', `${PURCHASED} ${AGAIN}`);
export const ADD_TO_WISHLIST = mutation('addToWishlist', 'WishlistItemInput');
export const PREPARE_PAYMENT = mutation('preparePayment', 'PreparePaymentInput');
export const PAY = mutation('pay', 'PayInput');
export const CANCEL = mutation('cancelOrder', 'CancelOrderInput', '... on OrderCancelled { order { id } }');
export const REQUEST_RETURN = mutation('requestReturn', 'RequestReturnInput');
export const RESTOCK = mutation('restock', 'RestockInput');
export const ORDER = 'query ($id: ID!) { order(id: $id) { id status } }';

/** Every kind of operation besides purchases; and a purchase, to check whether one succeeds. */
export const OPERATIONS: readonly Operation[] = [
  {
    name: 'signIn',
    of: 'user',
    usual: 'Session',
    request: () => ({
      query: mutation('signIn', 'SignInInput', '... on Error { message }'),
      variables: { input: { email: 'buyer@firstcome.example', password: 'firstcome-buyer' } },
      caller: null,
    }),
  },
  {
    name: 'products',
    of: 'product',
    usual: null,
    request: () => ({
      query: '{ products(first: 5) { nodes { id name } totalCount } }',
      variables: {},
      caller: null,
    }),
  },
  {
    name: 'createProduct',
    of: 'product',
    usual: 'ProductSaved',
    request: () => ({
      query: mutation('createProduct', 'CreateProductInput'),
      variables: { input: { name: 'Tea', type: 'GENERAL', price: { amount: 1_000 } } },
      caller: administrator,
    }),
  },
  {
    name: 'stock',
    of: 'order',
    usual: null,
    request: ({ productId }) => ({
      query: 'query ($id: ID!) { stock(productId: $id) { total sold reserved remaining } }',
      variables: { id: productId },
      caller: null,
    }),
  },
  {
    name: 'addToWishlist',
    of: 'order',
    usual: 'WishlistUpdated',
    request: (subjects) => ({
      query: ADD_TO_WISHLIST,
      variables: { input: { productId: subjects.productId, quantity: 1 } },
      caller: asSomeone(subjects),
    }),
  },
  {
    name: 'restock',
    of: 'order',
    usual: 'Restocked',
    request: ({ productId }) => ({
      query: RESTOCK,
      variables: { input: { productId, change: 1, idempotencyKey: newKey() } },
      caller: administrator,
    }),
  },
  {
    name: 'abandonPurchase',
    of: 'order',
    usual: 'PurchaseAbandoned',
    request: (subjects) => ({
      query: ABANDON,
      variables: { input: { idempotencyKey: newKey() } },
      caller: asSomeone(subjects),
    }),
  },
  {
    name: 'purchaseOutcome',
    of: 'order',
    usual: null,
    request: (subjects) => ({
      query: 'query ($key: String!) { purchaseOutcome(idempotencyKey: $key) { __typename } }',
      variables: { key: newKey() },
      caller: asSomeone(subjects),
    }),
  },
  {
    name: 'cancelOrder',
    of: 'order',
    usual: 'OrderCancelled',
    request: (subjects) => {
      const order = subjects.takeOrder();
      return (
        order && {
          query: CANCEL,
          variables: { input: { orderId: order.orderId } },
          caller: buyer(order.userId),
        }
      );
    },
  },
  {
    name: 'purchase',
    of: 'order',
    usual: 'PurchaseConfirmed',
    request: (subjects) => ({
      query: PURCHASE,
      variables: { input: { productId: subjects.productId, quantity: 1, idempotencyKey: newKey() } },
      caller: asSomeone(subjects),
    }),
  },
];

/** Through a router. @returns null where the operation has nothing to work on */
export function sendThrough(
  router: Service,
  { name, usual, request }: Operation,
  system: ChaosSystem,
  subjects: OperationSubjects,
): Promise<Call> | null {
  const made = request(subjects);
  if (!made) return null;
  const { query, variables, caller } = made;
  const token = caller ? system.tokenOf(caller) : undefined;
  return call(name, usual, () => system.stack.executeAt(router.url, query, variables, token));
}

/** To a process of the subgraph that has the field, as a router would. @returns as `sendThrough` */
export function sendTo(
  service: Service,
  { name, of, usual, request }: Operation,
  subjects: OperationSubjects,
): Promise<Call> | null {
  const made = request(subjects);
  if (!made) return null;
  const { query, variables, caller } = made;
  return call(name, usual, async () => {
    const { status, data, errors } = await executeAtSubgraph(
      of,
      service.url,
      query,
      variables,
      caller,
      5_000,
    );
    return { status, data, ...(errors ? { errors } : {}) };
  });
}
