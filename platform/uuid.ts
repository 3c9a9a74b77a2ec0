/** UUIDs are strings in lower case in the code and 16 bytes in the stores. */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const isUuid = (text: string): boolean => UUID.test(text);

export const uuidToBytes = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');

export function bytesToUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** For TypeORM columns of type `binary(16)` that are UUIDs in the code. */
export const uuidColumn = {
  to: (uuid: string | null | undefined): Buffer | null | undefined =>
    uuid ? uuidToBytes(uuid) : (uuid as null | undefined),
  from: (bytes: Buffer | null): string | null => (bytes ? bytesToUuid(bytes) : null),
};
