import { Fault } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { Operation } from '../operation.ts';
import type { AutomaticStore } from './automatic-store.ts';
import { documentHash, isDocumentHash } from './document-hash.ts';
import { knownDocuments, type KnownDocuments } from './known-documents.ts';
import type { Manifest } from './manifest.ts';
import { createUnknownOperationLog } from './unknown-operation-log.ts';

/** What a request says of its document: the text, its id (mostly its hash), or both. */
export interface DocumentReference {
  readonly query: string | null;
  /** As `readDocumentId` has it. */
  readonly id: string | null;
}

/** A document that was accepted: within all limits, and its caller is authorized. */
export interface GoodDocument extends DocumentReference {
  readonly source: string;
  readonly operation: Pick<Operation, 'definition' | 'rootFields' | 'holdsValues' | 'isReadOnly'>;
  /** That it came from. */
  readonly clientNetwork: string;
}

/** Finds the document that a request means. */
export interface PersistedOperations {
  /**
   * @returns its text
   * @throws {Fault} BAD_REQUEST when text and id do not belong together, or the id can be none here; UNKNOWN_OPERATION,
   * PERSISTED_QUERY_NOT_FOUND, PERSISTED_QUERY_NOT_SUPPORTED
   */
  find(reference: DocumentReference): string | Promise<string>;
  /** Whether the manifest has this document, with an operation of this name: there are only so many of them. */
  isInManifest(source: string, operationName: string | null): boolean;
  /**
   * Keeps the text for clients that name it by its hash from then on, and logs what is not in the manifest. A document with a
   * mutation is not kept, nor one that holds values: its hash alone would do again what a user did with a password.
   *
   * @throws {Fault} PERSISTED_QUERY_NOT_FOUND when such a document was named by its hash alone
   */
  accept(document: GoodDocument): void;
  /** Another manifest takes the place of the one in use; without effect in the mode `off`. */
  replace(manifest: Manifest): void;
}

export interface PersistedOperationsOptions {
  /** `only`: what is not in the manifest is refused. `log`: it is logged. `off`: there is none. */
  readonly manifest:
    { readonly mode: 'log' | 'only'; readonly operations: Manifest } | { readonly mode: 'off' };
  /** Null: clients have to send documents as text. */
  readonly automatic: AutomaticStore | null;
  readonly logger: Logger;
}

export function createPersistedOperations(options: PersistedOperationsOptions): PersistedOperations {
  const { manifest } = options;
  if (manifest.mode === 'only') return safelist(manifest.operations);
  let known = manifest.mode === 'log' ? knownDocuments(manifest.operations) : null;
  const { automatic, logger } = options;
  const unknownOperations =
    known && createUnknownOperationLog((source) => known?.byText(source) !== undefined, logger);

  return {
    isInManifest: (source, operationName) => known?.has(source, operationName) ?? false,
    find({ query, id }) {
      if (query === null) return known?.byId(id!) ?? findAutomatic(id!);
      if (id !== null) assertBelongs(query, id, known);
      return known?.byText(query) ?? query;
    },
    accept(document) {
      const { query, id } = document;
      unknownOperations?.record(document);
      if (id === null || !automatic || known?.byId(id) !== undefined) return;
      if (isKept(document)) return void (query !== null && automatic.keep(id, query, document.clientNetwork));
      if (query !== null) return;
      // An earlier release, or another process with access to Redis, has put it there.
      automatic.forget(id);
      throw new Fault('PERSISTED_QUERY_NOT_FOUND');
    },
    replace(operations) {
      if (known) known = knownDocuments(operations);
    },
  };

  function findAutomatic(id: string): Promise<string> | string {
    if (!isDocumentHash(id)) throw known ? new Fault('UNKNOWN_OPERATION') : noHash();
    if (!automatic) throw new Fault(known ? 'UNKNOWN_OPERATION' : 'PERSISTED_QUERY_NOT_SUPPORTED');
    const found = automatic.find(id);
    return typeof found === 'string' ? found : Promise.resolve(found).then(assertFound);
  }
}

const isKept = ({ operation }: GoodDocument): boolean => operation.isReadOnly && !operation.holdsValues;

function assertFound(source: string | null): string {
  if (source === null) throw new Fault('PERSISTED_QUERY_NOT_FOUND');
  return source;
}

/** Nothing but what is in the manifest, named by its id or written out. */
function safelist(operations: Manifest): PersistedOperations {
  let known = knownDocuments(operations);
  return {
    isInManifest: (source, operationName) => known.has(source, operationName),
    find({ query, id }) {
      if (query !== null && id !== null) assertBelongs(query, id, known);
      const source = query === null ? known.byId(id!) : known.byText(query);
      if (source === undefined) throw new Fault('UNKNOWN_OPERATION');
      return source;
    },
    accept: () => undefined,
    replace: (manifest) => {
      known = knownDocuments(manifest);
    },
  };
}

/** @throws {Fault} BAD_REQUEST */
function assertBelongs(query: string, id: string, known: KnownDocuments | null): void {
  if (isDocumentHash(id)) {
    if (documentHash(query) !== id)
      throw new Fault('BAD_REQUEST', 'The hash is not the SHA-256 of the `query` that was sent with it.');
    return;
  }
  const named = known?.byId(id);
  if (named === undefined) throw known ? new Fault('UNKNOWN_OPERATION') : noHash();
  if (known?.byText(query) !== named)
    throw new Fault('BAD_REQUEST', 'The id is not that of the `query` that was sent with it.');
}

const noHash = (): Fault =>
  new Fault('BAD_REQUEST', 'Without a manifest, a document is named by its SHA-256, in hexadecimal.');
