import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { findOperations } from './persisted/find-operations.ts';

/**
 * Writes `schema/persisted-operations.json`, the operations that the shop's own clients send, for `PERSISTED_OPERATIONS`.
 * With `--check` nothing is written: it fails when the committed file is not what the clients send.
 */
const MANIFEST = 'schema/persisted-operations.json';

interface ManifestEntry {
  readonly id: string;
  readonly name: string | null;
  readonly body: string;
}

process.exitCode = run(process.argv.includes('--check'));

function run(check: boolean): number {
  const operations = makeManifest();
  const text = `${JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }, null, 2)}\n`;
  if (!check) {
    writeFileSync(MANIFEST, text);
    console.log(`Wrote ${operations.length} operations to ${MANIFEST}.`);
    return 0;
  }
  if (existsSync(MANIFEST) && readFileSync(MANIFEST, 'utf8') === text) return 0;
  console.error(`${MANIFEST} is not what the clients send: run \`npm run persisted\`.`);
  return 1;
}

/** Each document once, whoever sends it. */
function makeManifest(): ManifestEntry[] {
  const schema = buildSchema(readFileSync('schema/api.graphql', 'utf8'));
  const byId = new Map(
    findOperations(schema).map(({ source, name }): [string, ManifestEntry] => {
      const id = createHash('sha256').update(source).digest('hex');
      return [id, { id, name, body: source }];
    }),
  );
  const order = ({ name, id }: ManifestEntry) => `${name ?? ''} ${id}`;
  return [...byId.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}
