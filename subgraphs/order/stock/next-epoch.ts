/** MySQL keeps epochs as INT. */
export const LARGEST_EPOCH = 2 ** 31 - 1;

/**
 * How far Redis's epoch is believed to be ahead of MySQL's, where that has become older than it was. A rebuild that did not help is repeated
 * every four seconds at the most, so MySQL would have to lack several days of them. Of gates with a false number, some 20,000 fit
 * into what there is of epochs.
 */
export const MOST_AHEAD = 100_000;

/**
 * Chooses the epoch of a rebuild. Reservations, keys and orders carry epochs, so none may come back while anything of it is under way: the next
 * one is beyond MySQL's, and beyond Redis's as far as that can be true. A gate that shows more is damaged. Its number says nothing
 * but that MySQL may lack up to `MOST_AHEAD` epochs, which are passed over at once.
 *
 * At the end of the numbers they begin anew, beyond those that a product has in its first `MOST_AHEAD` rebuilds.
 *
 * @param inMysql the epoch of the stock row, whose lock the caller has @param shown the gate's; 0 for none
 */
export function nextEpoch(inMysql: number, shown: number): number {
  const isAtEnd = inMysql > LARGEST_EPOCH - MOST_AHEAD - 1;
  const from = isAtEnd || inMysql < 0 ? 0 : inMysql;
  const furthest = from + MOST_AHEAD;
  return (isAtEnd ? furthest : Math.min(Math.max(from, shown), furthest)) + 1;
}
