const startedAt = Date.now();

/** A step of the start, with the seconds since it began. */
export function log(what: string): void {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(6);
  console.log(`${seconds} s  ${what}`);
}

/** Something that went wrong while everything else goes on. */
export function warn(what: string): void {
  console.error(`  ${new Date().toLocaleTimeString('en-GB')}  ${what}`);
}
