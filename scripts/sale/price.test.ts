import { expect, it } from 'vitest';
import { priceText } from './price.ts';

it.each([
  [30_000, 'KRW', '30000 KRW'],
  [10, 'USD', '0.10 USD'],
  [1_000, 'USD', '10.00 USD'],
  [1_999, 'EUR', '19.99 EUR'],
  [500, 'JPY', '500 JPY'],
  [12_345, 'KWD', '12.345 KWD'],
  [0, 'USD', '0.00 USD'],
  [2_147_483_647, 'USD', '21474836.47 USD'],
])('%d of %s is %s', (amount, currency, text) => {
  expect(priceText({ amount, currency })).toBe(text);
});
