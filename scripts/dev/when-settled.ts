/** An editor writes a file in several steps. */
const SETTLE_MS = 100;

/**
 * Collects edited files until no edit has come for a tenth of a second.
 *
 * @param act called with all of them, and when the first was noticed (ms since 1970)
 */
export function whenSettled(act: (files: readonly string[], at: number) => void): (file: string) => void {
  const edited = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let at = 0;
  return (file) => {
    if (edited.size === 0) at = Date.now();
    edited.add(file);
    clearTimeout(timer);
    timer = setTimeout(() => {
      const files = [...edited];
      edited.clear();
      act(files, at);
    }, SETTLE_MS);
  };
}
