import { createElement, type FunctionComponent } from 'react';
import {
  RelayEnvironmentProvider,
  useLazyLoadQuery,
  usePaginationFragment,
  useRefetchableFragment,
} from 'react-relay';
import { create } from 'react-test-renderer';
import {
  commitMutation,
  Environment,
  fetchQuery,
  type FetchFunction,
  type GraphQLResponse,
  Network,
  RecordSource,
  type RequestParameters,
  Store,
  type Variables,
} from 'relay-runtime';
import { beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../harness/wait-until.ts';
import type { MeData, ProductData, PurchaseData } from './operations.ts';
import { type Compiled, compileDocuments } from './relay/compile.ts';
import { PageSession } from './session.ts';
import { type ClientSystem, hasDocument, purchaseInput, recordedFetch } from './system.ts';

interface Connection {
  readonly edges: readonly { readonly node: { readonly id: string } }[];
}

interface OrderShown {
  readonly status: string;
  readonly buyer: { readonly role: string };
}

const environmentOf = (fetchFunction: FetchFunction) =>
  new Environment({ network: Network.create(fetchFunction), store: new Store(new RecordSource()) });

/** As Relay's documentation has it; a document that was compiled to be trusted has an id and no text. */
async function post(
  url: string,
  { id, text }: RequestParameters,
  variables: object,
  authorization?: string,
  send = fetch,
): Promise<GraphQLResponse> {
  const response = await send(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
    body: JSON.stringify({ ...(text ? { query: text } : { documentId: id }), variables }),
  });
  return (await response.json()) as GraphQLResponse;
}

export function describeRelay(system: ClientSystem): void {
  describe('Relay', () => {
    let compiled: Compiled;
    beforeAll(async () => {
      compiled = await compileDocuments(`${system.folder}/relay`, false);
    });

    const environment = (token?: string) =>
      environmentOf((request, variables) =>
        post(system.graphqlUrl, request, variables, token && `Bearer ${token}`),
      );

    it('query', async () => {
      const id = await system.openSale(2, 'Tea');
      const data = await fetchQuery(environment(), compiled.query('documentsProductQuery'), {
        id,
      }).toPromise();
      expect(data as ProductData).toMatchObject({
        product: { id, name: 'Tea', stock: { total: 2, remaining: 2 } },
      });
    });

    it('mutation with refusal union', async () => {
      const id = await system.openSale(1);
      const shop = environment(system.buyer());
      const buy = () => mutate(shop, compiled, purchaseInput(id));
      expect((await buy()).purchase.__typename).toBe('PurchaseConfirmed');
      const { purchase } = await buy();
      expect(purchase).toMatchObject({ __typename: 'SoldOut', message: expect.any(String) as string });
    });

    it('trusted documents', async () => {
      const trusted = await compileDocuments(`${system.folder}/relay-trusted`, true);
      const url = await system.trustedRouter(trusted.map);
      const id = await system.openSale(1);
      const authorization = `Bearer ${system.buyer()}`;
      const { fetch, sent } = recordedFetch();
      const shop = environmentOf((request, variables) => post(url, request, variables, authorization, fetch));
      const read = await fetchQuery(shop, trusted.query('documentsProductQuery'), { id }).toPromise();
      expect((read as ProductData).product?.id).toBe(id);
      expect((await mutate(shop, trusted, purchaseInput(id))).purchase.__typename).toBe('PurchaseConfirmed');
      expect(sent.map(hasDocument)).toEqual([false, false]);
    });

    it('refresh and retry', async () => {
      const { refreshToken } = await system.signIn();
      const session = new PageSession(system.graphqlUrl, {
        accessToken: system.expiredToken(),
        refreshToken,
      });
      const shop = environmentOf(async (request, variables) => {
        const first = await post(system.graphqlUrl, request, variables, session.authorization);
        if (!isUnauthenticated(first)) return first;
        await session.refresh();
        return post(system.graphqlUrl, request, variables, session.authorization);
      });
      const me = (await fetchQuery(shop, compiled.query('documentsMeQuery'), {}).toPromise()) as MeData;
      expect([me.me?.role, session.refreshes]).toEqual(['USER', 1]);
    });

    it('pagination', async () => {
      // `User.orders` is refetched by `node(id:)`, since it is a connection of an object.
      const { accessToken } = await system.signIn();
      const placed = await system.placeOrders(3, accessToken);
      const page = render(environment(accessToken), () => {
        const { me } = useLazyLoadQuery(compiled.query('documentsOrdersQuery'), { first: 2 }) as {
          me: never;
        };
        const { data, loadNext } = usePaginationFragment(compiled.fragment('documents_orders'), me);
        return { ids: idsOf((data as { orders: Connection }).orders), loadNext };
      });
      await waitUntil('the first page', () => page.shown?.ids.length === 2);
      page.shown!.loadNext(1);
      await waitUntil('the second page', () => page.shown!.ids.length === 3);
      expect(page.shown!.ids).toEqual(placed.reverse());
      page.leave();
    });

    it('pagination of the catalog', async () => {
      const [first, second] = [await system.openSale(1), await system.openSale(1)];
      const page = render(environment(), () => {
        const query = useLazyLoadQuery(compiled.query('documentsCatalogQuery'), { first: 1 });
        const { data, loadNext } = usePaginationFragment(
          compiled.fragment('documents_catalog'),
          query as never,
        );
        return { ids: idsOf((data as { products: Connection }).products), loadNext };
      });
      await waitUntil('the first page', () => page.shown?.ids.length === 1);
      page.shown!.loadNext(1);
      await waitUntil('the second page', () => page.shown!.ids.length === 2);
      expect(page.shown!.ids).toEqual([second, first]);
      page.leave();
    });

    it('refetches a product and an order by their ids', async () => {
      const { accessToken } = await system.signIn();
      const product = await system.openSale(2);
      const shop = environment(accessToken);
      const stock = render(shop, () => {
        const found = useLazyLoadQuery(compiled.query('documentsProductPageQuery'), { id: product }) as {
          product: never;
        };
        const [data, refetch] = useRefetchableFragment(compiled.fragment('documents_product'), found.product);
        return { remaining: (data as { stock: { remaining: number } }).stock.remaining, refetch };
      });
      await waitUntil('the product', () => stock.shown?.remaining === 2);
      const bought = await mutate(shop, compiled, purchaseInput(product));
      stock.shown!.refetch({}, { fetchPolicy: 'network-only' });
      await waitUntil('the new stock', () => stock.shown!.remaining === 1);
      stock.leave();

      const id = 'order' in bought.purchase ? bought.purchase.order.id : '';
      const order = render(shop, () => {
        const found = useLazyLoadQuery(compiled.query('documentsOrderPageQuery'), { id }) as { order: never };
        const [data, refetch] = useRefetchableFragment(compiled.fragment('documents_order'), found.order);
        const seen: OrderShown = data;
        return { order: seen, refetch };
      });
      await waitUntil('the order', () => order.shown?.order.status === 'PENDING_PAYMENT');
      order.shown!.refetch({}, { fetchPolicy: 'network-only' });
      await waitUntil('the order again', () => order.shown!.order.buyer.role === 'USER');
      order.leave();
    });
  });
}

const idsOf = ({ edges }: Connection) => edges.map(({ node }) => node.id);

function mutate(environment: Environment, compiled: Compiled, variables: Variables): Promise<PurchaseData> {
  return new Promise((resolve, reject) => {
    commitMutation(environment, {
      mutation: compiled.query('documentsPurchaseMutation'),
      variables,
      onCompleted: (data) => resolve(data as unknown as PurchaseData),
      onError: reject,
    });
  });
}

function isUnauthenticated(response: GraphQLResponse): boolean {
  const { errors = [] } = response as { errors?: { extensions?: { code?: string } }[] };
  return errors[0]?.extensions?.code === 'UNAUTHENTICATED';
}

/** A page with one component. @returns what the component has last read; undefined while it waits for it */
function render<Shown>(environment: Environment, read: () => Shown) {
  const page: { shown: Shown | undefined; leave: () => void } = { shown: undefined, leave: () => undefined };
  const Component: FunctionComponent = () => {
    page.shown = read();
    return null;
  };
  const tree = create(
    createElement(RelayEnvironmentProvider, { environment, children: createElement(Component) }),
  );
  page.leave = () => tree.unmount();
  return page;
}
