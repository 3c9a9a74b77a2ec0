import { createHash } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import { findOperations } from './find-operations.ts';

interface ManifestEntry {
  readonly id: string;
  readonly name: string | null;
  readonly body: string;
}

/**
 * `schema/persisted-operations.json`: the operations that the shop's own clients send, for `PERSISTED_OPERATIONS`. Each
 * document once, for all clients that send it.
 */
export function makeManifest(schema: GraphQLSchema): string {
  const byId = new Map(
    findOperations(schema).map(({ source, name }): [string, ManifestEntry] => {
      const id = createHash('sha256').update(source).digest('hex');
      return [id, { id, name, body: source }];
    }),
  );
  const order = ({ name, id }: ManifestEntry) => `${name ?? ''} ${id}`;
  const operations = [...byId.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return `${JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }, null, 2)}\n`;
}
