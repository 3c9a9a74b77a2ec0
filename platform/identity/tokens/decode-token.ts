import { isRecord } from '../../is-record.ts';

/** A JSON Web Token (RFC 7519) in compact form, taken apart. Nothing of it has been checked yet. */
export interface DecodedToken {
  readonly algorithm: string;
  readonly keyId: string;
  /** `typ` of the header. */
  readonly type: unknown;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signingInput: Buffer;
  readonly signature: Buffer;
}

/** Half of what Node takes of headers; a longer one is refused. Some providers list all groups of a user. */
const MAX_LENGTH = 8_192;

const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;

/** @returns null for anything but three parts of base64url whose first two are JSON objects, with `alg` and `kid` */
export function decodeToken(token: string): DecodedToken | null {
  if (token.length > MAX_LENGTH) return null;
  const [, header, payload, signature] = COMPACT.exec(token) ?? [];
  if (!header || !payload || !signature) return null;

  const fields = parsePart(header);
  const claims = parsePart(payload);
  if (!fields || !claims) return null;
  const { alg, kid, typ, crit } = fields;
  // A critical extension (RFC 7515, 4.1.11) must be refused by a recipient that does not know it. None is known here.
  if (typeof alg !== 'string' || typeof kid !== 'string' || crit !== undefined) return null;
  return {
    algorithm: alg,
    keyId: kid,
    type: typ,
    claims,
    signingInput: Buffer.from(`${header}.${payload}`, 'latin1'),
    signature: Buffer.from(signature, 'base64url'),
  };
}

function parsePart(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
