import { readFileSync } from 'node:fs';
import { DEMO_BUYER } from '../pages/demo-account.ts';

/** An operation that is ready to run. */
export interface Tab {
  readonly query: string;
  readonly variables?: string;
}

const PRODUCT = 'PASTE-A-PRODUCT-ID-HERE';
const ORDER = 'PASTE-AN-ORDER-ID-HERE';
const KEY = 'my-first-purchase-0001';
/** `sign-in.mjs` sends a new key in its place each time. */
const NEW_KEY = 'A-NEW-KEY-EACH-TIME';

const tab = (name: string, variables?: object): Tab => ({
  query: readFileSync(
    new URL(`../../../schema/operations/playground/${name}.graphql`, import.meta.url),
    'utf8',
  ),
  ...(variables ? { variables: JSON.stringify(variables, null, 2) } : {}),
});

const NO_ACCOUNT = { email: '', password: '' };

/**
 * In the order in which a newcomer wants them. The first has no variables: GraphiQL shows none of the first tab.
 *
 * @param showsDemoAccounts whether the sign-in is filled in
 */
export const readTabs = (showsDemoAccounts: boolean): Tab[] => [
  tab('open-products'),
  tab('purchase', { input: { productId: PRODUCT, quantity: 1, idempotencyKey: KEY } }),
  tab('my-orders'),
  tab('pay', {
    prepare: { orderId: ORDER, shippingAddress: { postalCode: '04524', line1: '110 Sejong-daero' } },
    pay: { orderId: ORDER, paymentToken: 'sim_success' },
  }),
  tab('cancel-order', { input: { orderId: ORDER } }),
  tab('purchase-outcome', { key: KEY }),
  tab('abandon-purchase', { input: { idempotencyKey: 'given-up-purchase-0001' } }),
  tab('wishlist', {
    item: { productId: PRODUCT, quantity: 1 },
    checkout: { idempotencyKey: NEW_KEY },
  }),
  tab('sign-in', { input: showsDemoAccounts ? DEMO_BUYER : NO_ACCOUNT }),
  tab('create-product', {
    input: {
      name: 'Moon jar',
      type: 'GENERAL',
      price: { amount: 240_000, currency: 'KRW' },
      purchaseLimit: 2,
    },
  }),
  tab('restock', { input: { productId: PRODUCT, change: 10, idempotencyKey: NEW_KEY } }),
  tab('server-time'),
];
