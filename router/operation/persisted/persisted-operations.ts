import { LRUCache } from 'lru-cache';
import { Fault } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { AutomaticStore } from './automatic-store.ts';
import { documentHash } from './document-hash.ts';
import type { Manifest } from './manifest.ts';

/** What a request says of its document: the text, its hash, or both. */
export interface DocumentReference {
  readonly query: string | null;
  readonly hash: string | null;
}

/** Finds the document that a request means. */
export interface PersistedOperations {
  /**
   * @returns its text
   * @throws {Fault} BAD_REQUEST when text and hash do not belong together; UNKNOWN_OPERATION, PERSISTED_QUERY_NOT_FOUND,
   * PERSISTED_QUERY_NOT_SUPPORTED
   */
  find(reference: DocumentReference): string | Promise<string>;
  /** The document proved to be good: whoever named it by its hash may leave the text out from now on. */
  accept(reference: DocumentReference): void;
}

export interface PersistedOperationsOptions {
  /** `only`: what is not in the manifest is refused. `log`: it is told of in the log. `off`: there is none. */
  readonly manifest:
    { readonly mode: 'log' | 'only'; readonly operations: Manifest } | { readonly mode: 'off' };
  /** Null: clients have to send documents as text. */
  readonly automatic: AutomaticStore | null;
  readonly logger: Logger;
}

/** Documents outside the manifest that are told of once. */
const MAX_TOLD = 1_000;

export function createPersistedOperations({
  manifest,
  automatic,
  logger,
}: PersistedOperationsOptions): PersistedOperations {
  if (manifest.mode === 'only') return safelist(manifest.operations);
  const listed = manifest.mode === 'log' ? manifest.operations : null;
  const texts = listed && new Set(listed.values());
  const told = new LRUCache<string, true>({ max: MAX_TOLD });

  return {
    find({ query, hash }) {
      if (query === null) return listed?.get(hash!) ?? findAutomatic(hash!);
      if (hash !== null) assertBelongs(query, hash);
      if (texts && !texts.has(query)) tell(query);
      return query;
    },
    accept({ query, hash }) {
      if (query !== null && hash !== null) automatic?.keep(hash, query);
    },
  };

  function findAutomatic(hash: string): Promise<string> | string {
    if (!automatic) throw new Fault(listed ? 'UNKNOWN_OPERATION' : 'PERSISTED_QUERY_NOT_SUPPORTED');
    const found = automatic.find(hash);
    return typeof found === 'string' ? found : Promise.resolve(found).then(assertFound);
  }

  function assertFound(source: string | null): string {
    if (source === null) throw new Fault('PERSISTED_QUERY_NOT_FOUND');
    if (texts && !texts.has(source)) tell(source);
    return source;
  }

  function tell(source: string): void {
    const id = documentHash(source);
    if (told.has(id)) return;
    told.set(id, true);
    logger.warn({ id, document: source.slice(0, 500) }, 'an operation is not in the manifest');
  }
}

/** Nothing but what is in the manifest, named by its hash or written out to the letter. */
function safelist(operations: Manifest): PersistedOperations {
  const texts = new Set(operations.values());
  return {
    find({ query, hash }) {
      if (query !== null && hash !== null) assertBelongs(query, hash);
      const source = query === null ? operations.get(hash!) : query;
      if (source === undefined || !texts.has(source)) throw new Fault('UNKNOWN_OPERATION');
      return source;
    },
    accept: () => undefined,
  };
}

function assertBelongs(query: string, hash: string): void {
  if (documentHash(query) !== hash)
    throw new Fault('BAD_REQUEST', 'The hash is not the SHA-256 of the `query` that was sent with it.');
}
