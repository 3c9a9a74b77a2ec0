import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ConfigurationError } from '../../../platform/config/environment.ts';
import { loggedError } from '../../../platform/logged-error.ts';
import { documentHash } from './document-hash.ts';

/** The operations that the shop's own clients send, by hash. */
export type Manifest = ReadonlyMap<string, ListedOperation>;

export interface ListedOperation {
  readonly body: string;
  /** Null where there is none, or several. */
  readonly name: string | null;
}

/** The format of Apollo's tools, so that any of them can write it. */
const format = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string(), name: z.string().nullish(), body: z.string() })),
});

/** @throws {ConfigurationError} when the file cannot be read, is no manifest, or names a document by what is not its hash */
export async function readManifest(file: string): Promise<Manifest> {
  const { operations } = await read(file);
  const wrong = operations.find(({ id, body }) => documentHash(body) !== id);
  if (wrong)
    throw new ConfigurationError(
      `PERSISTED_OPERATIONS_FILE has an id that is not its document's: that of ${wrong.name ?? 'one without a name'}.`,
    );
  return new Map(operations.map(({ id, name = null, body }) => [id, { body, name }]));
}

async function read(file: string): Promise<z.infer<typeof format>> {
  try {
    return format.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const reason =
      error instanceof z.ZodError ? 'it is no manifest of version 1' : loggedError(error).message;
    throw new ConfigurationError(`PERSISTED_OPERATIONS_FILE cannot be used: ${reason}.`);
  }
}
