import type { Product } from '../catalog/product.ts';

/** The format of a product in Redis. */
export function encodeProduct(product: Product | null): string {
  return JSON.stringify({ format: FORMAT, product });
}

/** @returns null for a product that does not exist; undefined for an entry that another release of this code wrote, or that is not one */
export function decodeProduct(text: string): Product | null | undefined {
  const entry = parse(text);
  if (entry?.format !== FORMAT) return undefined;
  return entry.product && revive(entry.product);
}

/** Incremented when a product gets or loses a field. */
const FORMAT = 1;

type Instant = 'opensAt' | 'closesAt' | 'withdrawnAt' | 'createdAt' | 'updatedAt';
type Written = Omit<Product, Instant> & {
  readonly [Key in Instant]: Product[Key] extends Date ? string : string | null;
};

function parse(text: string): { readonly format: number; readonly product: Written | null } | null {
  try {
    return JSON.parse(text) as { format: number; product: Written | null };
  } catch {
    return null;
  }
}

const revive = (written: Written): Product => ({
  ...written,
  opensAt: new Date(written.opensAt),
  closesAt: written.closesAt === null ? null : new Date(written.closesAt),
  withdrawnAt: written.withdrawnAt === null ? null : new Date(written.withdrawnAt),
  createdAt: new Date(written.createdAt),
  updatedAt: new Date(written.updatedAt),
});
