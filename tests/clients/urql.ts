import { Client, fetchExchange, gql, type TypedDocumentNode } from '@urql/core';
import { authExchange } from '@urql/exchange-auth';
import { persistedExchange } from '@urql/exchange-persisted';
import { print } from 'graphql';
import { describe, expect, it } from 'vitest';
import {
  ME,
  type MeData,
  MY_ORDERS,
  type MyOrdersData,
  PRODUCT,
  type ProductData,
  PURCHASE,
  type PurchaseData,
  REFRESH_SESSION,
  type RefreshData,
} from './operations.ts';
import { PageSession } from './session.ts';
import { type ClientSystem, hasDocument, purchaseInput, recordedFetch, sha256 } from './system.ts';

const product: TypedDocumentNode<ProductData, { id: string }> = gql(PRODUCT);
const buy: TypedDocumentNode<PurchaseData, ReturnType<typeof purchaseInput>> = gql(PURCHASE);

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

export function describeUrql(system: ClientSystem): void {
  describe('urql', () => {
    it('query', async () => {
      // As it is unless configured otherwise: queries that fit go by GET, with `content-type` of none.
      const id = await system.openSale(2, 'Tea');
      const { fetch, sent } = recordedFetch();
      const client = new Client({ url: system.graphqlUrl, exchanges: [fetchExchange], fetch });
      const { data, error } = await client.query(product, { id }).toPromise();
      expect(error).toBeUndefined();
      expect(data).toMatchObject({ product: { id, name: 'Tea', stock: { total: 2, remaining: 2 } } });
      expect(sent.map(({ method }) => method)).toEqual(['GET']);
    });

    it('mutation with refusal union', async () => {
      const id = await system.openSale(1);
      const client = new Client({
        url: system.graphqlUrl,
        exchanges: [fetchExchange],
        fetchOptions: bearer(system.buyer()),
      });
      const first = await client.mutation(buy, purchaseInput(id)).toPromise();
      expect(first.data?.purchase.__typename).toBe('PurchaseConfirmed');
      const second = await client.mutation(buy, purchaseInput(id)).toPromise();
      expect(second.data?.purchase.__typename).toBe('SoldOut');
    });

    it.each([
      ['APQ by POST', false],
      ['APQ by GET', true],
    ])('%s', async (_, preferGetForPersistedQueries) => {
      const id = await system.openSale(1);
      const { fetch, sent } = recordedFetch();
      // A document that no other test has registered.
      const query = gql(
        PRODUCT.replace('name', `urql${preferGetForPersistedQueries ? 'Get' : 'Post'}: name`),
      );
      const execute = () =>
        new Client({
          url: system.graphqlUrl,
          exchanges: [persistedExchange({ preferGetForPersistedQueries }), fetchExchange],
          preferGetMethod: false,
          fetch,
        })
          .query<ProductData>(query, { id })
          .toPromise();
      expect((await execute()).data?.product?.id).toBe(id);
      expect((await execute()).data?.product?.id).toBe(id);
      const method = preferGetForPersistedQueries ? 'GET' : 'POST';
      expect(sent.map(({ method }) => method)).toEqual([
        method,
        preferGetForPersistedQueries ? 'GET' : 'POST',
        method,
      ]);
      expect(sent.map(hasDocument)).toEqual([false, true, false]);
    });

    it('trusted documents', async () => {
      // The client's own hash of what it sends, with the `__typename` that it adds.
      const operations = [product, buy].map((document) => {
        const body = print(document);
        return { id: sha256(body), name: null, type: 'query', body };
      });
      const file = await system.writeFile(
        'urql-manifest.json',
        JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }),
      );
      const id = await system.openSale(1);
      const { fetch, sent } = recordedFetch();
      const client = new Client({
        url: await system.trustedRouter(file),
        exchanges: [
          persistedExchange({ enforcePersistedQueries: true, enableForMutation: true }),
          fetchExchange,
        ],
        fetchOptions: bearer(system.buyer()),
        fetch,
      });
      expect((await client.query(product, { id }).toPromise()).data?.product?.id).toBe(id);
      const bought = await client.mutation(buy, purchaseInput(id)).toPromise();
      expect(bought.data?.purchase.__typename).toBe('PurchaseConfirmed');
      expect(sent.map(hasDocument)).toEqual([false, false]);
    });

    it('refresh and retry', async () => {
      const { refreshToken } = await system.signIn();
      const session = new PageSession(system.graphqlUrl, {
        accessToken: system.expiredToken(),
        refreshToken,
      });
      const auth = authExchange(async (utilities) => ({
        addAuthToOperation: (operation) =>
          utilities.appendHeaders(operation, { authorization: session.authorization }),
        didAuthError: ({ graphQLErrors }) =>
          graphQLErrors.some(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED'),
        refreshAuth: async () => void (await session.refresh()),
      }));
      const client = new Client({ url: system.graphqlUrl, exchanges: [auth, fetchExchange] });
      const execute = (alias: string) => client.query<MeData>(gql(ME.replace('Me', alias)), {}).toPromise();
      const [first, second] = await Promise.all([execute('One'), execute('Two')]);
      expect([first.data?.me?.role, second.data?.me?.role]).toEqual(['USER', 'USER']);
      expect(session.refreshes).toBe(1);
    });

    it('refresh and retry by a mutation of the client itself', async () => {
      // As its documentation has it: the mutation is sent with the token that has expired.
      let { accessToken, refreshToken } = { ...(await system.signIn()), accessToken: system.expiredToken() };
      let refreshes = 0;
      const auth = authExchange(async (utilities) => ({
        addAuthToOperation: (operation) =>
          utilities.appendHeaders(operation, { authorization: `Bearer ${accessToken}` }),
        didAuthError: ({ graphQLErrors }) =>
          graphQLErrors.some(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED'),
        refreshAuth: async () => {
          refreshes += 1;
          const { data } = await utilities.mutate<RefreshData, object>(gql(REFRESH_SESSION), {
            input: { refreshToken },
          });
          if (data?.refreshSession.__typename !== 'Session') throw new Error('The session has ended.');
          ({ accessToken, refreshToken } = data.refreshSession);
        },
      }));
      const { fetch, sent } = recordedFetch();
      const client = new Client({ url: system.graphqlUrl, exchanges: [auth, fetchExchange], fetch });
      const execute = (alias: string) => client.query<MeData>(gql(ME.replace('Me', alias)), {}).toPromise();
      const [first, second] = await Promise.all([execute('One'), execute('Two')]);
      expect([first.data?.me?.role, second.data?.me?.role]).toEqual(['USER', 'USER']);
      expect(refreshes).toBe(1);
      expect(sent.filter(({ status }) => status === 401).every(({ method }) => method === 'GET')).toBe(true);
    });

    it.each([
      ['empty', () => ''],
      ['that has expired', () => `Bearer ${system.expiredToken()}`],
    ])('signs in with a token %s', async (_, authorization) => {
      const client = new Client({
        url: system.graphqlUrl,
        exchanges: [fetchExchange],
        fetchOptions: { headers: { authorization: authorization() } },
      });
      const signIn = gql('mutation SignIn($input: SignInInput!) { signIn(input: $input) { __typename } }');
      const input = { email: 'buyer@firstcome.example', password: 'firstcome-buyer' };
      const { data } = await client
        .mutation<{ signIn: { __typename: string } }>(signIn, { input })
        .toPromise();
      expect(data?.signIn.__typename).toBe('Session');
    });

    it('pagination', async () => {
      const { accessToken } = await system.signIn();
      const placed = await system.placeOrders(3, accessToken);
      const client = new Client({
        url: system.graphqlUrl,
        exchanges: [fetchExchange],
        fetchOptions: bearer(accessToken),
      });
      const read: string[] = [];
      for (let after: string | null = null; read.length < 3;) {
        const { data } = await client.query<MyOrdersData>(gql(MY_ORDERS), { first: 2, after }).toPromise();
        read.push(...data!.me!.orders.edges.map(({ node }) => node.id));
        after = data!.me!.orders.pageInfo.endCursor;
      }
      expect(read.slice(0, 3)).toEqual(placed.reverse());
    });
  });
}
