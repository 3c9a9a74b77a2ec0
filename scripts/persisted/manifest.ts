import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';

interface ManifestEntry {
  readonly id: string;
  readonly name: string | null;
  readonly body: string;
}

/** By file, the text of every operation that the shop's own clients send, to the letter. */
export const readOperations = (): ReadonlyMap<string, string> =>
  new Map(
    readdirSync('schema/operations', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.graphql'))
      .sort()
      .map((name) => join('schema/operations', name))
      .map((file) => [file, readFileSync(file, 'utf8')]),
  );

/**
 * `schema/persisted-operations.json`: what is in `schema/operations/`, for `PERSISTED_OPERATIONS`. Each text once, for all clients that
 * send it.
 *
 * @throws a sentence for a file that is not for this schema
 */
export function makeManifest(schema: GraphQLSchema): string {
  const byId = new Map(
    [...readOperations()].map(([file, body]): [string, ManifestEntry] => {
      const document = parse(body);
      const [error] = validate(schema, document);
      if (error) throw new Error(`${file}: ${error.message}`);
      const id = createHash('sha256').update(body).digest('hex');
      return [id, { id, name: nameOf(document), body }];
    }),
  );
  const order = ({ name, id }: ManifestEntry) => `${name ?? ''} ${id}`;
  const operations = [...byId.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return `${JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }, null, 2)}\n`;
}

/** Null where there are several operations in it, or one without a name. */
function nameOf({ definitions }: DocumentNode): string | null {
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  return operations.length === 1 ? (operations[0]!.name?.value ?? null) : null;
}
