import { readFile } from 'node:fs/promises';
import { GraphQLError, Kind, parse } from 'graphql';
import { z } from 'zod';
import { loggedError } from '../../../platform/logged-error.ts';
import { UnusableFile } from '../../files/unusable-file.ts';
import { documentHash, isDocumentHash, readDocumentId } from './document-hash.ts';

/** The operations that the shop's own clients send, by id: a hash of the text, or what the client's tool calls it. */
export type Manifest = ReadonlyMap<string, ListedOperation>;

export interface ListedOperation {
  readonly body: string;
  /** Null where there is none, or several. */
  readonly name: string | null;
}

interface Entry extends ListedOperation {
  readonly id: string;
}

/** The format of Apollo's tools. */
const ofApollo = z
  .object({
    format: z.literal('apollo-persisted-query-manifest'),
    version: z.literal(1),
    operations: z.array(z.object({ id: z.string(), name: z.string().nullish(), body: z.string() })),
  })
  .transform(({ operations }) => operations.map(({ id, body }) => ({ id, body })));

/** Of Relay's compiler, of codegen's client preset, of gql.tada and of others: the text by its id. */
const ofOthers = z
  .record(z.string(), z.string())
  .transform((texts) => Object.entries(texts).map(([id, body]) => ({ id, body })));

/** @throws {ConfigurationError} as `manifestOf`, and when a file cannot be read */
export const readManifest = async (...files: readonly string[]): Promise<Manifest> =>
  manifestOf(await readManifestFiles(files), files);

/** @returns the text of each @throws {ConfigurationError} */
export const readManifestFiles = (files: readonly string[]): Promise<string[]> =>
  Promise.all(
    files.map((file) =>
      readFile(file, 'utf8').catch((error: unknown) => {
        throw unusable(loggedError(error).message, file);
      }),
    ),
  );

/**
 * @param texts of each file
 * @param files their names, for what is thrown
 * @throws {ConfigurationError} when one is no manifest, names a document by what is not its hash, or two documents by the same id
 */
export function manifestOf(texts: readonly string[], files: readonly string[] = []): Manifest {
  const manifest = new Map<string, ListedOperation>();
  for (const [place, text] of texts.entries()) {
    const file = files[place];
    for (const { id, body, name } of entriesOf(text, file)) {
      const of = name ?? 'one without a name';
      if (isDocumentHash(id) && documentHash(body) !== id)
        throw unusable(`it has an id that is not its document's: that of ${of}`, file);
      if ((manifest.get(id)?.body ?? body) !== body)
        throw unusable(`two documents have the same id: that of ${of}`, file);
      manifest.set(id, { body, name });
    }
  }
  return manifest;
}

function entriesOf(text: string, file: string | undefined): Entry[] {
  try {
    const content = parseContent(text);
    const entries = isOfApollo(content) ? ofApollo.parse(content) : ofOthers.parse(content);
    return entries.map(({ id, body }) => ({ id: idOf(id), body, name: nameIn(body) }));
  } catch (error) {
    if (error instanceof z.ZodError)
      throw unusable(
        "it is neither a manifest of Apollo's of version 1 nor an object of texts by their ids",
        file,
      );
    if (error instanceof GraphQLError) throw unusable('it has a document that is not GraphQL', file);
    throw unusable(error instanceof UnusableContent ? error.message : loggedError(error).message, file);
  }
}

/** A sentence on the content, without any of it. */
class UnusableContent extends Error {}

/** As `JSON.parse`, whose message quotes the text. A byte order mark is none of the content. */
function parseContent(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new UnusableContent('it is not JSON');
  }
}

const isOfApollo = (content: unknown): boolean =>
  typeof content === 'object' && content !== null && 'format' in content;

function idOf(id: string): string {
  const read = readDocumentId(id);
  if (read === null)
    throw new UnusableContent('it has an id that is empty, too long, or not of printable ASCII');
  return read;
}

function nameIn(body: string): string | null {
  const operations = parse(body, { noLocation: true }).definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  return operations.length === 1 ? (operations[0]!.name?.value ?? null) : null;
}

const unusable = (reason: string, file?: string): UnusableFile =>
  new UnusableFile('PERSISTED_OPERATIONS_FILE', file, reason);
