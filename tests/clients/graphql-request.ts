import { ClientError, gql, GraphQLClient } from 'graphql-request';
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
} from './operations.ts';
import { PageSession } from './session.ts';
import { type ClientSystem, purchaseInput } from './system.ts';

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

export function describeGraphqlRequest(system: ClientSystem): void {
  describe('graphql-request', () => {
    it('query', async () => {
      const id = await system.openSale(2, 'Tea');
      const client = new GraphQLClient(system.graphqlUrl);
      expect(await client.request<ProductData>(PRODUCT, { id })).toMatchObject({
        product: { id, name: 'Tea', stock: { total: 2, remaining: 2 } },
      });
    });

    it('query by GET', async () => {
      const id = await system.openSale(2);
      const client = new GraphQLClient(system.graphqlUrl, { method: 'GET' });
      expect(await client.request<ProductData>(PRODUCT, { id })).toMatchObject({ product: { id } });
    });

    it('mutation with refusal union', async () => {
      const id = await system.openSale(1);
      const client = new GraphQLClient(system.graphqlUrl, bearer(system.buyer()));
      const buy = () => client.request<PurchaseData>(PURCHASE, purchaseInput(id));
      expect((await buy()).purchase.__typename).toBe('PurchaseConfirmed');
      expect((await buy()).purchase.__typename).toBe('SoldOut');
    });

    it('refresh and retry', async () => {
      const { refreshToken } = await system.signIn();
      const session = new PageSession(system.graphqlUrl, {
        accessToken: system.expiredToken(),
        refreshToken,
      });
      const client = new GraphQLClient(system.graphqlUrl, {
        headers: () => ({ authorization: session.authorization }),
      });
      const execute = async (): Promise<MeData> => {
        try {
          return await client.request<MeData>(ME);
        } catch (error) {
          if (!isUnauthenticated(error)) throw error;
          await session.refresh();
          return client.request<MeData>(ME);
        }
      };
      const [first, second] = await Promise.all([execute(), execute()]);
      expect([first.me?.role, second.me?.role]).toEqual(['USER', 'USER']);
      expect(session.refreshes).toBe(1);
    });

    it('pagination', async () => {
      const { accessToken } = await system.signIn();
      const placed = await system.placeOrders(3, accessToken);
      const client = new GraphQLClient(system.graphqlUrl, bearer(accessToken));
      const read: string[] = [];
      for (let after: string | null = null; read.length < 3;) {
        const { me }: MyOrdersData = await client.request(
          gql`
            ${MY_ORDERS}
          `,
          { first: 2, after },
        );
        read.push(...me!.orders.edges.map(({ node }) => node.id));
        after = me!.orders.pageInfo.endCursor;
      }
      expect(read.slice(0, 3)).toEqual(placed.reverse());
    });
  });
}

function isUnauthenticated(error: unknown): boolean {
  return (
    error instanceof ClientError && error.response.errors?.[0]?.extensions?.['code'] === 'UNAUTHENTICATED'
  );
}
