import { initGraphQLTada, type ResultOf, type VariablesOf } from 'gql.tada';
import type { introspection } from './__generated__/graphql-env.d.ts';

/** A front end of the shop whose types come from introspection of the running router. */
const graphql = initGraphQLTada<{ introspection: introspection; scalars: { DateTime: string } }>();

export const product = graphql(`
  query Product($id: ID!) {
    product(id: $id) {
      id
      name
      opensAt
      stock {
        remaining
      }
    }
  }
`);

export const purchase = graphql(`
  mutation Purchase($input: PurchaseInput!) {
    purchase(input: $input) {
      __typename
      ... on PurchaseConfirmed {
        order {
          id
        }
      }
      ... on SoldOut {
        productId
        message
      }
    }
  }
`);

export const trustedProduct = graphql.persisted<typeof product>(
  'sha256:29aafca2ab55422f7d08dc9dc56d47c4120d3d6175be2f03d702b4619ef6fe70',
);
export const trustedPurchase = graphql.persisted<typeof purchase>(
  'sha256:d05221a42b6baaa8acdaa4d336398ac73106bb77dd2f12d7345998cfb592e113',
);

type Product = NonNullable<ResultOf<typeof product>['product']>;
type Outcome = ResultOf<typeof purchase>['purchase'];

/** Compiles only while the types are those of the schema. */
export const typed = {
  name: (found: Product): string => found.name,
  opensAt: (found: Product): string => found.opensAt,
  remaining: (found: Product): number | undefined => found.stock?.remaining,
  soldOut: (outcome: Outcome): string | null => (outcome.__typename === 'SoldOut' ? outcome.productId : null),
  input: { input: { productId: '1', idempotencyKey: '2' } } satisfies VariablesOf<typeof purchase>,
  // @ts-expect-error a name is no number
  wrong: (found: Product): number => found.name,
};
