import { Client, fetchExchange, type TypedDocumentNode } from '@urql/core';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ProductData, PurchaseData } from './operations.ts';
import { runTool } from './run-tool.ts';
import { type ClientSystem, purchaseInput, recordedFetch, sha256 } from './system.ts';

const FOLDER = fileURLToPath(new URL('gql-tada/', import.meta.url));
const CLI = 'gql.tada/bin/cli.js';

type Product = TypedDocumentNode<ProductData, { id: string }>;
type Purchase = TypedDocumentNode<PurchaseData, ReturnType<typeof purchaseInput>>;

/** `gql-tada/shop.ts`, whose types are there once they are generated. */
interface ShopDocuments {
  readonly product: Product;
  readonly purchase: Purchase;
  readonly trustedProduct: Product;
  readonly trustedPurchase: Purchase;
}

export function describeGqlTada(system: ClientSystem): void {
  describe('gql.tada', () => {
    const documents = async () => (await import(`${FOLDER}shop.ts`)) as ShopDocuments;

    it('types from the running router', async () => {
      await runTool(CLI, ['generate-schema', system.graphqlUrl, '-c', 'tsconfig.json'], FOLDER);
      await runTool(CLI, ['generate-output', '-c', 'tsconfig.json'], FOLDER);
      await runTool('typescript/bin/tsc', ['--project', FOLDER]);
    });

    it('query', async () => {
      const id = await system.openSale(2, 'Tea');
      const client = new Client({ url: system.graphqlUrl, exchanges: [fetchExchange] });
      const { data } = await client.query((await documents()).product, { id }).toPromise();
      expect(data).toMatchObject({ product: { id, name: 'Tea', stock: { remaining: 2 } } });
    });

    it('mutation with refusal union', async () => {
      const id = await system.openSale(1);
      const { purchase } = await documents();
      const client = new Client({
        url: system.graphqlUrl,
        exchanges: [fetchExchange],
        fetchOptions: { headers: { authorization: `Bearer ${system.buyer()}` } },
      });
      const buy = () => client.mutation(purchase, purchaseInput(id)).toPromise();
      expect((await buy()).data?.purchase.__typename).toBe('PurchaseConfirmed');
      expect((await buy()).data?.purchase.__typename).toBe('SoldOut');
    });

    it('trusted documents', async () => {
      await runTool(CLI, ['generate-persisted', '-c', 'tsconfig.json'], FOLDER);
      const map = `${FOLDER}__generated__/persisted.json`;
      const listed = JSON.parse(await readFile(map, 'utf8')) as Record<string, string>;
      expect(Object.keys(listed)).toEqual(Object.values(listed).map((text) => `sha256:${sha256(text)}`));
      const url = await system.trustedRouter(map);
      const token = system.buyer();
      const { fetch, sent } = recordedFetch();
      const send = async (document: object, variables: object): Promise<unknown> => {
        // The id is all that is left of the document.
        const { documentId } = document as { readonly documentId: string };
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify({ documentId, variables }),
        });
        return response.json();
      };
      const { trustedProduct, trustedPurchase } = await documents();
      const id = await system.openSale(1);
      expect(await send(trustedProduct, { id })).toMatchObject({ data: { product: { id } } });
      expect(await send(trustedPurchase, purchaseInput(id))).toMatchObject({
        data: { purchase: { __typename: 'PurchaseConfirmed' } },
      });
      expect(sent.map(({ body }) => body?.['documentId'])).toEqual(Object.keys(listed));
    });
  });
}
