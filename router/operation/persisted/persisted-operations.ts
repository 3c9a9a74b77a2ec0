import { Fault } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { Operation } from '../operation.ts';
import type { AutomaticStore } from './automatic-store.ts';
import { documentHash } from './document-hash.ts';
import type { Manifest } from './manifest.ts';
import { createUnlistedLog } from './unlisted-log.ts';

/** What a request says of its document: the text, its hash, or both. */
export interface DocumentReference {
  readonly query: string | null;
  readonly hash: string | null;
}

/** A document that proved to be good: within all limits, and its caller may ask for it. */
export interface GoodDocument extends DocumentReference {
  readonly source: string;
  readonly operation: Pick<Operation, 'definition' | 'rootFields' | 'holdsValues' | 'isReadOnly'>;
  /** Of whom it came from. */
  readonly clientAddress: string;
}

/** Finds the document that a request means. */
export interface PersistedOperations {
  /**
   * @returns its text
   * @throws {Fault} BAD_REQUEST when text and hash do not belong together; UNKNOWN_OPERATION, PERSISTED_QUERY_NOT_FOUND,
   * PERSISTED_QUERY_NOT_SUPPORTED
   */
  find(reference: DocumentReference): string | Promise<string>;
  /** Whether the manifest has this document, with an operation of this name: there are only so many of them. */
  lists(source: string, operationName: string | null): boolean;
  /**
   * Keeps the text for clients that name it by its hash from then on, and logs what is not in the manifest. A document with a
   * mutation is not kept, nor one that holds values: its hash alone would do again what a user did with a password.
   *
   * @throws {Fault} PERSISTED_QUERY_NOT_FOUND when such a document was named by its hash alone
   */
  accept(document: GoodDocument): void;
}

export interface PersistedOperationsOptions {
  /** `only`: what is not in the manifest is refused. `log`: it is told of in the log. `off`: there is none. */
  readonly manifest:
    { readonly mode: 'log' | 'only'; readonly operations: Manifest } | { readonly mode: 'off' };
  /** Null: clients have to send documents as text. */
  readonly automatic: AutomaticStore | null;
  readonly logger: Logger;
}

export function createPersistedOperations({
  manifest,
  automatic,
  logger,
}: PersistedOperationsOptions): PersistedOperations {
  if (manifest.mode === 'only') return safelist(manifest.operations);
  const listed = manifest.mode === 'log' ? manifest.operations : null;
  const lists = listed ? listing(listed) : () => false;
  const unlisted = listed && createUnlistedLog(listed, logger);

  return {
    lists,
    find({ query, hash }) {
      if (query === null) return listed?.get(hash!)?.body ?? findAutomatic(hash!);
      if (hash !== null) assertBelongs(query, hash);
      return query;
    },
    accept(document) {
      const { query, hash } = document;
      unlisted?.note(document);
      if (hash === null || !automatic || listed?.has(hash)) return;
      if (isKept(document))
        return void (query !== null && automatic.keep(hash, query, document.clientAddress));
      if (query !== null) return;
      // An earlier release, or another process with access to Redis, has put it there.
      automatic.forget(hash);
      throw new Fault('PERSISTED_QUERY_NOT_FOUND');
    },
  };

  function findAutomatic(hash: string): Promise<string> | string {
    if (!automatic) throw new Fault(listed ? 'UNKNOWN_OPERATION' : 'PERSISTED_QUERY_NOT_SUPPORTED');
    const found = automatic.find(hash);
    return typeof found === 'string' ? found : Promise.resolve(found).then(assertFound);
  }
}

const isKept = ({ operation }: GoodDocument): boolean => operation.isReadOnly && !operation.holdsValues;

function assertFound(source: string | null): string {
  if (source === null) throw new Fault('PERSISTED_QUERY_NOT_FOUND');
  return source;
}

/** Nothing but what is in the manifest, named by its hash or written out to the letter. */
function safelist(operations: Manifest): PersistedOperations {
  const texts = new Set([...operations.values()].map(({ body }) => body));
  return {
    lists: listing(operations),
    find({ query, hash }) {
      if (query !== null && hash !== null) assertBelongs(query, hash);
      const source = query === null ? operations.get(hash!)?.body : query;
      if (source === undefined || !texts.has(source)) throw new Fault('UNKNOWN_OPERATION');
      return source;
    },
    accept: () => undefined,
  };
}

/** A name that the document does not have makes it another question, which anybody can ask in any number of ways. */
function listing(operations: Manifest): PersistedOperations['lists'] {
  const names = new Map([...operations.values()].map(({ body, name }) => [body, name]));
  return (source, operationName) =>
    names.has(source) && (operationName === null || operationName === names.get(source));
}

function assertBelongs(query: string, hash: string): void {
  if (documentHash(query) !== hash)
    throw new Fault('BAD_REQUEST', 'The hash is not the SHA-256 of the `query` that was sent with it.');
}
