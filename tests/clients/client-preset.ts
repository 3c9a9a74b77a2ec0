import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { PRODUCT, type ProductData, PURCHASE, type PurchaseData } from './operations.ts';
import { runTool } from './run-tool.ts';
import { type ClientSystem, hasDocument, purchaseInput, recordedFetch } from './system.ts';

interface Generated {
  readonly ProductDocument: TypedDocumentNode<ProductData, { id: string }> & Hashed;
  readonly PurchaseDocument: TypedDocumentNode<PurchaseData, ReturnType<typeof purchaseInput>> & Hashed;
}

interface Hashed {
  readonly __meta__: { readonly hash: string };
}

export function describeClientPreset(system: ClientSystem): void {
  describe('codegen client preset', () => {
    let documents: Generated;
    let map: string;

    beforeAll(async () => {
      const folder = join(system.folder, 'client-preset/');
      const configuration = {
        schema: system.graphqlUrl,
        documents: await system.writeFile('preset.graphql', `${PRODUCT}\n\n${PURCHASE}`),
        generates: { [folder]: { preset: 'client', presetConfig: { persistedDocuments: true } } },
      };
      const file = await system.writeFile('codegen.json', JSON.stringify(configuration));
      await runTool('@graphql-codegen/cli/cjs/bin.js', ['--config', file]);
      documents = (await import(join(folder, 'graphql.ts'))) as Generated;
      map = join(folder, 'persisted-documents.json');
    }, 120_000);

    async function send(
      url: string,
      body: object,
      token?: string,
    ): Promise<{ data?: Partial<ProductData & PurchaseData>; sent: boolean[] }> {
      const { fetch, sent } = recordedFetch();
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        body: JSON.stringify(body),
      });
      return { ...((await response.json()) as object), sent: sent.map(hasDocument) };
    }

    it('query', async () => {
      const id = await system.openSale(2, 'Tea');
      const query = print(documents.ProductDocument);
      expect(await send(system.graphqlUrl, { query, variables: { id } })).toMatchObject({
        data: { product: { id, name: 'Tea', stock: { total: 2, remaining: 2 } } },
      });
    });

    it('mutation with refusal union', async () => {
      const id = await system.openSale(1);
      const token = system.buyer();
      const query = print(documents.PurchaseDocument);
      const buy = () => send(system.graphqlUrl, { query, variables: purchaseInput(id) }, token);
      expect((await buy()).data?.purchase?.__typename).toBe('PurchaseConfirmed');
      expect((await buy()).data?.purchase?.__typename).toBe('SoldOut');
    });

    it('trusted documents', async () => {
      // The map names each document `sha256:<hash>`, and so does the client.
      const ids = Object.keys(JSON.parse(await readFile(map, 'utf8')) as object);
      const hashes = [documents.ProductDocument, documents.PurchaseDocument].map(
        ({ __meta__ }) => __meta__.hash,
      );
      expect(ids).toEqual(hashes);
      const url = await system.trustedRouter(map);
      const id = await system.openSale(1);
      const read = await send(url, { documentId: hashes[0], variables: { id } });
      expect(read).toMatchObject({ data: { product: { id } }, sent: [false] });
      const bought = await send(url, { documentId: hashes[1], variables: purchaseInput(id) }, system.buyer());
      expect(bought.data?.purchase?.__typename).toBe('PurchaseConfirmed');
      expect((await send(url, { query: '{ serverTime }' })).data).toBeUndefined();
    });
  });
}
