const MOST = 10;
let logged = 0;

/** Logs a failure; only the first few of a run, because the counters have them all. */
export function log(sentence) {
  if (logged++ < MOST) console.error(sentence);
}
