import { KEY } from '../generator/load.ts';
import type { RequestForm, Workload } from './system.ts';

/** As a front end sends them; every system that speaks GraphQL has these fields. */
const DOCUMENTS: Readonly<Record<Workload, string>> = {
  purchase: `mutation Purchase($input: PurchaseInput!) {
  purchase(input: $input) {
    __typename
    ... on PurchaseConfirmed { replayed order { id status total { amount currency } } }
    ... on Error { message }
  }
}`,
  purchaseWithProduct: `mutation PurchaseWithProduct($input: PurchaseInput!) {
  purchase(input: $input) {
    __typename
    ... on PurchaseConfirmed { order { id status items { quantity product { name price { amount currency } } } } }
    ... on Error { message }
  }
}`,
  stock: `query ProductWithStock($id: ID!) {
  product(id: $id) { id name price { amount currency } stock { total sold reserved remaining soldOut } }
}`,
};

export function graphqlForm(url: string, workload: Workload, productId: string): RequestForm {
  const variables =
    workload === 'stock' ? { id: productId } : { input: { productId, quantity: 1, idempotencyKey: KEY } };
  return {
    url,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: DOCUMENTS[workload], variables }),
  };
}

/** The parts by which an answer is recognised, in the order in which they are looked for. */
export const ANSWERS = {
  purchase: { accepted: '"PurchaseConfirmed"', refused: '"SoldOut"' },
  stock: { read: '"remaining"' },
} as const;
