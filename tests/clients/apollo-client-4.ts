import { readFile } from 'node:fs/promises';
import {
  ApolloClient,
  type ApolloLink,
  CombinedGraphQLErrors,
  type DocumentNode,
  gql,
  HttpLink,
  InMemoryCache,
  ServerError,
} from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';
import { generatePersistedQueryManifest } from '@apollo/generate-persisted-query-manifest';
import { generatePersistedQueryIdsFromManifest } from '@apollo/persisted-query-lists';
import { from, switchMap } from 'rxjs';
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

const cache = () =>
  new InMemoryCache({
    possibleTypes: POSSIBLE_TYPES,
    typePolicies: { User: { fields: { orders: relayStylePagination() } } },
  });

const clientOf = (link: ApolloLink) => new ApolloClient({ link, cache: cache() });

const http = (uri: string, token?: string, more: Partial<HttpLink.Options> = {}) =>
  new HttpLink({ uri, ...(token ? { headers: { authorization: `Bearer ${token}` } } : {}), ...more });

const PRODUCT_DOCUMENT: DocumentNode = gql(PRODUCT);
const PURCHASE_DOCUMENT: DocumentNode = gql(PURCHASE);

export function describeApolloClient4(system: ClientSystem): void {
  describe('Apollo Client 4', () => {
    it('query', async () => {
      const id = await system.openSale(2, 'Tea');
      const client = clientOf(http(system.graphqlUrl));
      const { data } = await client.query<ProductData>({ query: PRODUCT_DOCUMENT, variables: { id } });
      expect(data).toMatchObject({ product: { id, name: 'Tea', stock: { total: 2, remaining: 2 } } });
    });

    it('query by GET', async () => {
      const id = await system.openSale(2);
      const { fetch, sent } = recordedFetch();
      const client = clientOf(http(system.graphqlUrl, undefined, { fetch, useGETForQueries: true }));
      const { data } = await client.query<ProductData>({ query: PRODUCT_DOCUMENT, variables: { id } });
      expect(data?.product?.id).toBe(id);
      expect(sent.map(({ method, status }) => [method, status])).toEqual([['GET', 200]]);
    });

    it('faults carry their code', async () => {
      const client = clientOf(http(system.graphqlUrl));
      const failure: unknown = await client
        .query({ query: gql('{ me { id } }') })
        .catch((error: unknown) => error);
      expect(codeOf(failure)).toBe('UNAUTHENTICATED');
      const unknown: unknown = await client
        .query({ query: gql('{ nothing }') })
        .catch((error: unknown) => error);
      expect(codeOf(unknown)).toBe('BAD_REQUEST');
    });

    it('mutation with refusal union', async () => {
      const id = await system.openSale(1);
      const client = clientOf(http(system.graphqlUrl, system.buyer()));
      const buy = () =>
        client.mutate<PurchaseData>({ mutation: PURCHASE_DOCUMENT, variables: purchaseInput(id) });
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
      const query = gql(PRODUCT.replace('name', `named${useGETForHashedQueries ? 'Get' : 'Post'}: name`));
      const ask = () =>
        clientOf(
          new PersistedQueryLink({ sha256, useGETForHashedQueries }).concat(
            http(system.graphqlUrl, undefined, { fetch }),
          ),
        ).query<ProductData>({ query, variables: { id } });
      expect((await ask()).data?.product?.id).toBe(id);
      expect((await ask()).data?.product?.id).toBe(id);
      const method = useGETForHashedQueries ? 'GET' : 'POST';
      expect(sent.map((request) => [request.method, hasDocument(request)])).toEqual([
        [method, false],
        ['POST', true],
        [method, false],
      ]);
    });

    it('trusted documents', async () => {
      // The manifest is made of the source, and the cache adds `__typename` to what is sent: the tool does so as well.
      const documents = [
        await system.writeFile('Product.graphql', PRODUCT),
        await system.writeFile('Purchase.graphql', PURCHASE),
      ];
      const manifest = await generatePersistedQueryManifest({ documents }, undefined);
      const file = await system.writeFile('apollo-manifest.json', JSON.stringify(manifest));
      const uri = await system.trustedRouter(file);
      const id = await system.openSale(1);
      const { fetch, sent } = recordedFetch();
      const ids = generatePersistedQueryIdsFromManifest({
        loadManifest: async () => JSON.parse(await readFile(file, 'utf8')) as typeof manifest,
      });
      const client = clientOf(new PersistedQueryLink(ids).concat(http(uri, system.buyer(), { fetch })));
      const read = await client.query<ProductData>({ query: PRODUCT_DOCUMENT, variables: { id } });
      expect(read.data?.product?.id).toBe(id);
      const bought = await client.mutate<PurchaseData>({
        mutation: PURCHASE_DOCUMENT,
        variables: purchaseInput(id),
      });
      expect(bought.data?.purchase.__typename).toBe('PurchaseConfirmed');
      expect(sent.map(hasDocument)).toEqual([false, false]);
      await expect(clientOf(http(uri)).query({ query: gql('{ serverTime }') })).rejects.toThrow();
    });

    it('refresh and retry', async () => {
      const { refreshToken } = await system.signIn();
      const session = new PageSession(system.graphqlUrl, {
        accessToken: system.expiredToken(),
        refreshToken,
      });
      const authorize = new SetContextLink(() => ({ headers: { authorization: session.authorization } }));
      const retry = new ErrorLink(({ error, operation, forward }) =>
        codeOf(error) === 'UNAUTHENTICATED'
          ? from(session.refresh()).pipe(switchMap(() => forward(operation)))
          : undefined,
      );
      const client = clientOf(retry.concat(authorize).concat(http(system.graphqlUrl)));
      const ask = () => client.query<MeData>({ query: gql(ME), fetchPolicy: 'no-cache' });
      const [first, second] = await Promise.all([ask(), ask()]);
      expect([first.data?.me?.role, second.data?.me?.role]).toEqual(['USER', 'USER']);
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

/** With a status of 4xx the client has a `ServerError` where the answer is `application/json`, else the answer's errors. */
function codeOf(error: unknown): unknown {
  if (CombinedGraphQLErrors.is(error)) return error.errors[0]?.extensions?.['code'];
  if (!ServerError.is(error)) return undefined;
  const { errors } = JSON.parse(error.bodyText) as { errors: { extensions: { code: string } }[] };
  return errors[0]?.extensions.code;
}
