import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { FieldCipher } from '../../platform/personal-data/field-cipher.ts';
import { assertEncryptionKeysFit } from '../../platform/personal-data/key-fingerprints.ts';
import { bytesToUuid } from '../../platform/uuid.ts';
import type { OrderConfig } from './config.ts';
import { openAddress } from './payment/shipping-address.ts';

/** Orders that are checked. Ids are hashes, so the first ones are a random sample, whatever the size of the table. */
const SAMPLE = 10_000;

interface SealedAddress extends RowDataPacket {
  readonly id: Buffer;
  readonly address: Buffer;
}

/** @throws {ConfigurationError} when addresses of orders were encrypted under other ENCRYPTION_KEYS */
export async function assertOrderKeysFit(
  pool: Pool,
  { DATA_DIR, encryptionKeys }: Pick<OrderConfig, 'DATA_DIR' | 'encryptionKeys'>,
  cipher: FieldCipher,
): Promise<void> {
  await assertEncryptionKeysFit(pool, encryptionKeys, DATA_DIR, async (beginning) => {
    const [[found]] = await pool.query<SealedAddress[]>(
      `SELECT id, address FROM (SELECT id, shipping_address AS address FROM orders ORDER BY id LIMIT ?) AS sample
       WHERE address LIKE ? LIMIT 1`,
      [SAMPLE, `${beginning}%`],
    );
    return found ? isReadable(found, cipher) : null;
  });
}

function isReadable({ id, address }: SealedAddress, cipher: FieldCipher): boolean {
  try {
    openAddress(cipher, bytesToUuid(id), address);
    return true;
  } catch {
    return false;
  }
}
