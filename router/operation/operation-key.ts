import { joinKey } from '../../platform/join-key.ts';

/** Names a document and the operation in it that is meant: all that an analysed operation depends on, beside the schema. */
export const operationKey = (source: string, operationName: string | null): string =>
  operationName === null ? joinKey(source) : joinKey(source, operationName);
