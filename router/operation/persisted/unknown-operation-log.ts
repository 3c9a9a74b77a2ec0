import { LRUCache } from 'lru-cache';
import type { Logger } from '../../../platform/logger.ts';
import type { Operation } from '../operation.ts';
import { documentHash } from './document-hash.ts';

/** Logs unknown operations, which are sent and are not in the manifest, each once. */
export interface UnknownOperationLog {
  record(document: {
    readonly source: string;
    readonly operation: Pick<Operation, 'definition' | 'rootFields' | 'holdsValues'>;
  }): void;
}

/** Documents that are remembered as logged. */
const MAX_LOGGED = 1_000;
/** A client's name for its operation is shown up to this length. */
const MAX_NAME = 64;

/**
 * The text is not logged: clients that write values into it write passwords and addresses there, too. Of a document with values
 * the hash is left out as well, since a short password can be found by trying until the hash is the same.
 */
export function createUnknownOperationLog(
  isInManifest: (source: string) => boolean,
  logger: Logger,
): UnknownOperationLog {
  const logged = new LRUCache<string, true>({ max: MAX_LOGGED });
  return {
    record({ source, operation: { definition, rootFields, holdsValues } }) {
      if (isInManifest(source)) return;
      const id = documentHash(source);
      if (logged.has(id)) return;
      logged.set(id, true);
      logger.warn(
        {
          id: holdsValues ? null : id,
          name: definition.name?.value.slice(0, MAX_NAME) ?? null,
          fields: [...rootFields.keys()],
        },
        'an operation is not in the manifest',
      );
    },
  };
}
