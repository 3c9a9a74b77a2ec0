import { readFile } from 'node:fs/promises';
import { generatePersistedQueryManifest } from '@apollo/generate-persisted-query-manifest';
import { generatePersistedQueryIdsFromManifest } from '@apollo/persisted-query-lists';
import { type DocumentNode, parse } from 'graphql';
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
import { PageSession } from './session.ts';
import { type ClientSystem, hasDocument, purchaseInput, recordedFetch, sha256 } from './system.ts';

/** One major version of Apollo Client: how it is put together, and what differs in its use. */
export interface ApolloVersion {
  readonly heading: string;
  readonly open: (options: ApolloOptions) => ApolloClient;
  /** The code of what an operation was rejected with. */
  readonly codeOf: (error: unknown) => unknown;
}

/** What all versions have alike; each has types of its own for what is read and written. */
export interface ApolloClient {
  query(options: ReadOptions & { readonly fetchPolicy?: 'no-cache' }): Promise<unknown>;
  mutate(options: { readonly mutation: DocumentNode; readonly variables: Variables }): Promise<unknown>;
  watchQuery(options: ReadOptions): {
    subscribe(next: () => void): { unsubscribe(): void };
    getCurrentResult(): { readonly data?: unknown };
    fetchMore(options: { readonly variables: Variables }): Promise<unknown>;
  };
}

type Variables = Readonly<Record<string, unknown>>;

interface ReadOptions {
  readonly query: DocumentNode;
  readonly variables?: Variables;
}

export interface ApolloOptions {
  readonly uri: string;
  readonly token?: string;
  readonly fetch?: typeof fetch;
  readonly useGETForQueries?: boolean;
  /** Of the link for persisted queries, in front of HTTP. */
  readonly persisted?: PersistedOptions;
  /** Authorizes each operation, and is refreshed where one is UNAUTHENTICATED. */
  readonly session?: PageSession;
}

export type PersistedOptions = { readonly useGETForHashedQueries?: boolean } & (
  { readonly sha256: (text: string) => string } | ReturnType<typeof generatePersistedQueryIdsFromManifest>
);

export function describeApolloClient({ heading, open, codeOf }: ApolloVersion, system: ClientSystem): void {
  describe(heading, () => {
    it('query', async () => {
      const id = await system.openSale(2, 'Tea');
      const data = await read<ProductData>(open({ uri: system.graphqlUrl }), PRODUCT, { id });
      expect(data).toMatchObject({ product: { id, name: 'Tea', stock: { total: 2, remaining: 2 } } });
    });

    it('query by GET', async () => {
      const id = await system.openSale(2);
      const { fetch, sent } = recordedFetch();
      const client = open({ uri: system.graphqlUrl, fetch, useGETForQueries: true });
      expect((await read<ProductData>(client, PRODUCT, { id }))?.product?.id).toBe(id);
      expect(sent.map(({ method, status }) => [method, status])).toEqual([['GET', 200]]);
    });

    it.each([
      ['{ me { id } }', 'UNAUTHENTICATED'],
      ['{ nothing }', 'BAD_REQUEST'],
    ])('faults carry their code: %s', async (source, code) => {
      const client = open({ uri: system.graphqlUrl });
      const failure: unknown = await read(client, source).catch((error: unknown) => error);
      expect(codeOf(failure)).toBe(code);
    });

    it('mutation with refusal union', async () => {
      const id = await system.openSale(1);
      const client = open({ uri: system.graphqlUrl, token: system.buyer() });
      const buy = () => buyOne(client, id);
      expect((await buy())?.purchase.__typename).toBe('PurchaseConfirmed');
      expect((await buy())?.purchase.__typename).toBe('SoldOut');
    });

    it.each([
      ['APQ by POST', false],
      ['APQ by GET', true],
    ])('%s', async (_, useGETForHashedQueries) => {
      const id = await system.openSale(1);
      const { fetch, sent } = recordedFetch();
      const method = useGETForHashedQueries ? 'GET' : 'POST';
      // A document that no other test has registered.
      const query = PRODUCT.replace('name', `${heading.replaceAll(' ', '')}${method}: name`);
      const execute = () =>
        read<ProductData>(
          open({
            uri: system.graphqlUrl,
            fetch,
            persisted: { sha256, useGETForHashedQueries },
          }),
          query,
          { id },
        );
      expect((await execute())?.product?.id).toBe(id);
      expect((await execute())?.product?.id).toBe(id);
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
      const persisted = generatePersistedQueryIdsFromManifest({
        loadManifest: async () => JSON.parse(await readFile(file, 'utf8')) as typeof manifest,
      });
      const client = open({ uri, token: system.buyer(), fetch, persisted });
      expect((await read<ProductData>(client, PRODUCT, { id }))?.product?.id).toBe(id);
      const bought = await buyOne(client, id);
      expect(bought?.purchase.__typename).toBe('PurchaseConfirmed');
      expect(sent.map(hasDocument)).toEqual([false, false]);
      await expect(read(open({ uri }), '{ serverTime }')).rejects.toThrow();
    });

    it('refresh and retry', async () => {
      const { refreshToken } = await system.signIn();
      const session = new PageSession(system.graphqlUrl, {
        accessToken: system.expiredToken(),
        refreshToken,
      });
      const client = open({ uri: system.graphqlUrl, session });
      const execute = () => read<MeData>(client, ME, {}, { fetchPolicy: 'no-cache' });
      const [first, second] = await Promise.all([execute(), execute()]);
      expect([first?.me?.role, second?.me?.role]).toEqual(['USER', 'USER']);
      expect(session.refreshes).toBe(1);
    });

    it('pagination', async () => {
      const { accessToken } = await system.signIn();
      const placed = await system.placeOrders(3, accessToken);
      const client = open({ uri: system.graphqlUrl, token: accessToken });
      const list = client.watchQuery({ query: parse(MY_ORDERS), variables: { first: 2 } });
      const watched = list.subscribe(() => undefined);
      const orders = () => (list.getCurrentResult().data as MyOrdersData | undefined)?.me?.orders;
      await waitUntil('the first page', () => orders()?.edges.length === 2);
      await list.fetchMore({ variables: { after: orders()?.pageInfo.endCursor } });
      await waitUntil('the second page', () => orders()!.edges.length > 2);
      const ids = orders()!.edges.map(({ node }) => node.id);
      expect(ids.slice(0, 3)).toEqual(placed.reverse());
      watched.unsubscribe();
    });
  });
}

async function read<Data>(
  client: ApolloClient,
  source: string,
  variables: Variables = {},
  policy: { readonly fetchPolicy?: 'no-cache' } = {},
): Promise<Data | undefined> {
  const result = await client.query({ query: parse(source), variables, ...policy });
  return (result as { readonly data?: Data }).data;
}

async function buyOne(client: ApolloClient, productId: string): Promise<PurchaseData | undefined> {
  const result = await client.mutate({ mutation: parse(PURCHASE), variables: purchaseInput(productId) });
  return (result as { readonly data?: PurchaseData }).data;
}
