import type { NewSale } from './put-on-sale.ts';

/** A price in the decimals of its currency, so that cents are not taken for dollars: 1000 of USD are `10.00 USD`. */
export function priceText({ amount, currency }: NewSale['price']): string {
  const decimals = decimalsOf(currency);
  const number = new Intl.NumberFormat('en', { minimumFractionDigits: decimals, useGrouping: false });
  return `${number.format(amount / 10 ** decimals)} ${currency}`;
}

/** By ISO 4217; 2, as for most, of one that is not known. */
function decimalsOf(currency: string): number {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency });
    return format.resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}
