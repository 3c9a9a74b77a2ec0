import {
  ApolloClient,
  type ApolloLink,
  fromPromise,
  gql,
  HttpLink,
  type HttpOptions,
  InMemoryCache,
} from 'apollo-client-3/core/index.js';
import { setContext } from 'apollo-client-3/link/context/index.js';
import { onError } from 'apollo-client-3/link/error/index.js';
import { createPersistedQueryLink } from 'apollo-client-3/link/persisted-queries/index.js';
import { relayStylePagination } from 'apollo-client-3/utilities/index.js';
import { describe, expect, it } from 'vitest';
import { waitUntil } from '../harness/wait-until.ts';
import {
  ME,
  type MeData,
  MY_ORDERS,
  type MyOrdersData,
  PRODUCT,
  type ProductData,
  PURCHASE,
  type PurchaseData,
} from './operations.ts';
import { POSSIBLE_TYPES } from './possible-types.ts';
import { PageSession } from './session.ts';
import { type ClientSystem, hasDocument, purchaseInput, recordedFetch, sha256 } from './system.ts';

const clientOf = (link: ApolloLink) =>
  new ApolloClient({
    link,
    cache: new InMemoryCache({
      possibleTypes: POSSIBLE_TYPES,
      typePolicies: { User: { fields: { orders: relayStylePagination() } } },
    }),
  });

const http = (uri: string, token?: string, more: HttpOptions = {}) =>
  new HttpLink({ uri, fetch, ...(token ? { headers: { authorization: `Bearer ${token}` } } : {}), ...more });

export function describeApolloClient3(system: ClientSystem): void {
  describe('Apollo Client 3', () => {
    it('query', async () => {
      const id = await system.openSale(2, 'Tea');
      const client = clientOf(http(system.graphqlUrl));
      const { data } = await client.query<ProductData>({ query: gql(PRODUCT), variables: { id } });
      expect(data).toMatchObject({ product: { id, name: 'Tea', stock: { total: 2, remaining: 2 } } });
    });

    it('query by GET', async () => {
      const id = await system.openSale(2);
      const { fetch, sent } = recordedFetch();
      const client = clientOf(http(system.graphqlUrl, undefined, { fetch, useGETForQueries: true }));
      const { data } = await client.query<ProductData>({ query: gql(PRODUCT), variables: { id } });
      expect(data.product?.id).toBe(id);
      expect(sent.map(({ method, status }) => [method, status])).toEqual([['GET', 200]]);
    });

    it('mutation with refusal union', async () => {
      const id = await system.openSale(1);
      const client = clientOf(http(system.graphqlUrl, system.buyer()));
      const buy = () =>
        client.mutate<PurchaseData>({ mutation: gql(PURCHASE), variables: purchaseInput(id) });
      expect((await buy()).data?.purchase.__typename).toBe('PurchaseConfirmed');
      expect((await buy()).data?.purchase.__typename).toBe('SoldOut');
    });

    it.each([
      ['APQ by POST', false],
      ['APQ by GET', true],
    ])('%s', async (_, useGETForHashedQueries) => {
      const id = await system.openSale(1);
      const { fetch, sent } = recordedFetch();
      // A document that no other test has registered.
      const query = gql(PRODUCT.replace('name', `third${useGETForHashedQueries ? 'Get' : 'Post'}: name`));
      const ask = () =>
        clientOf(
          createPersistedQueryLink({ sha256, useGETForHashedQueries }).concat(
            http(system.graphqlUrl, undefined, { fetch }),
          ),
        ).query<ProductData>({ query, variables: { id } });
      expect((await ask()).data.product?.id).toBe(id);
      expect((await ask()).data.product?.id).toBe(id);
      const method = useGETForHashedQueries ? 'GET' : 'POST';
      expect(sent.map((request) => [request.method, hasDocument(request)])).toEqual([
        [method, false],
        ['POST', true],
        [method, false],
      ]);
    });

    it('refresh and retry', async () => {
      const { refreshToken } = await system.signIn();
      const session = new PageSession(system.graphqlUrl, {
        accessToken: system.expiredToken(),
        refreshToken,
      });
      const authorize = setContext(() => ({ headers: { authorization: session.authorization } }));
      const retry = onError(({ graphQLErrors, operation, forward }) =>
        graphQLErrors?.[0]?.extensions?.['code'] === 'UNAUTHENTICATED'
          ? fromPromise(session.refresh()).flatMap(() => forward(operation))
          : undefined,
      );
      const client = clientOf(retry.concat(authorize).concat(http(system.graphqlUrl)));
      const ask = () => client.query<MeData>({ query: gql(ME), fetchPolicy: 'no-cache' });
      const [first, second] = await Promise.all([ask(), ask()]);
      expect([first.data.me?.role, second.data.me?.role]).toEqual(['USER', 'USER']);
      expect(session.refreshes).toBe(1);
    });

    it('pagination', async () => {
      const { accessToken } = await system.signIn();
      const placed = await system.placeOrders(3, accessToken);
      const client = clientOf(http(system.graphqlUrl, accessToken));
      const list = client.watchQuery<MyOrdersData>({ query: gql(MY_ORDERS), variables: { first: 2 } });
      const watched = list.subscribe(() => undefined);
      const orders = () => (list.getCurrentResult().data as MyOrdersData | undefined)?.me?.orders;
      await waitUntil('the first page', () => orders()?.edges.length === 2);
      await list.fetchMore({ variables: { after: orders()?.pageInfo.endCursor } });
      await waitUntil('the second page', () => orders()!.edges.length > 2);
      expect(
        orders()!
          .edges.map(({ node }) => node.id)
          .slice(0, 3),
      ).toEqual(placed.reverse());
      watched.unsubscribe();
    });
  });
}
