const MOST = 10;
let said = 0;

/** Says what went wrong; where it goes wrong for thousands, the first few are enough. The counters have all. */
export function complain(sentence) {
  if (said++ < MOST) console.error(sentence);
}
