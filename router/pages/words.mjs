/** Money, moments and counts as a person reads them. */

/** @param {{ amount: number, currency: string }} money in the smallest unit of its currency */
export function money({ amount, currency }) {
  const format = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
  });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

/** @param {string} instant as the API writes it */
export function moment(instant) {
  return new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' }).format(
    new Date(instant),
  );
}

export const units = (count) => (count === 1 ? '1 unit' : `${count} units`);

/** `PENDING_PAYMENT` as "Pending payment". */
export function status(name) {
  const words = name.replaceAll('_', ' ').toLowerCase();
  return words[0].toUpperCase() + words.slice(1);
}
