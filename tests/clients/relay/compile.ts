import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConcreteRequest, ReaderFragment } from 'relay-runtime';
import { runTool } from '../run-tool.ts';

const SCHEMA = fileURLToPath(new URL('../../../schema/api.graphql', import.meta.url));
const DOCUMENTS = fileURLToPath(new URL('documents.ts', import.meta.url));

export interface Compiled {
  readonly query: (name: string) => ConcreteRequest;
  readonly fragment: (name: string) => ReaderFragment;
  /** Text by id, of those that were compiled to be trusted. */
  readonly map: string;
}

/**
 * Compiles `documents.ts`.
 *
 * @param isTrusted whether the texts stay out of the code, which then names each by its hash
 * @throws with the compiler's message about the documents or the schema
 */
export async function compileDocuments(folder: string, isTrusted: boolean): Promise<Compiled> {
  const source = join(folder, 'src');
  const map = join(folder, 'documents.json');
  await mkdir(source, { recursive: true });
  // The documents alone count; for output without types the compiler reads programs without types.
  await copyFile(DOCUMENTS, join(source, 'documents.js'));
  await copyFile(SCHEMA, join(folder, 'schema.graphql'));
  const configuration = {
    src: './src',
    schema: './schema.graphql',
    language: 'javascript',
    eagerEsModules: false,
    ...(isTrusted ? { persistConfig: { file: './documents.json', algorithm: 'SHA256' } } : {}),
  };
  await writeFile(join(folder, 'relay.config.json'), JSON.stringify(configuration));
  // The map of a first run has nothing in it yet.
  await writeFile(map, '{}');
  await runTool('relay-compiler/cli.js', ['relay.config.json'], folder);
  const load = createRequire(join(source, 'documents.js'));
  const artifact = (name: string): unknown => load(`./__generated__/${name}.graphql.js`);
  return {
    query: (name) => artifact(name) as ConcreteRequest,
    fragment: (name) => artifact(name) as ReaderFragment,
    map,
  };
}
