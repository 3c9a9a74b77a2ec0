/** A form of a value, such as its base64, as bytes. */
export interface Pattern {
  readonly bytes: Buffer;
  /** Of what value, and in which form; what a report has in the place of the value. */
  readonly label: string;
  /** A short value counts only where no letter or digit stands beside it. */
  readonly isWord: boolean;
}

export interface Hit {
  readonly label: string;
  /** What stands around the value, which is left out. */
  readonly context: string;
}

/** Bytes that a pattern has at the least. */
export const SHORTEST_PATTERN = 4;
const CONTEXT_BYTES = 50;
const MAX_HITS = 20;

/** Finds any of many patterns in one pass: the first four bytes of each position are looked up. */
export class ValueSearch {
  readonly #byStart = new Map<number, Pattern[]>();

  constructor(patterns: readonly Pattern[]) {
    for (const pattern of patterns) {
      if (pattern.bytes.length < SHORTEST_PATTERN)
        throw new Error(`${pattern.label} is too short to be found.`);
      const start = pattern.bytes.readUInt32BE(0);
      const same = this.#byStart.get(start);
      if (same) same.push(pattern);
      else this.#byStart.set(start, [pattern]);
    }
  }

  /** @returns the first hits, each label once */
  find(text: Buffer): Hit[] {
    const hits = new Map<string, Hit>();
    let start = 0;
    for (let end = 0; end < text.length && hits.size < MAX_HITS; end++) {
      start = ((start << 8) | text[end]!) >>> 0;
      if (end < SHORTEST_PATTERN - 1) continue;
      const at = end - SHORTEST_PATTERN + 1;
      for (const pattern of this.#byStart.get(start) ?? []) {
        if (!hits.has(pattern.label) && isAt(text, at, pattern))
          hits.set(pattern.label, { label: pattern.label, context: contextOf(text, at, pattern) });
      }
    }
    return [...hits.values()];
  }
}

function isAt(text: Buffer, at: number, { bytes, isWord }: Pattern): boolean {
  const end = at + bytes.length;
  if (end > text.length || text.compare(bytes, 0, bytes.length, at, end) !== 0) return false;
  return !isWord || !(isInWord(text[at - 1]) || isInWord(text[end]));
}

/** A letter, a digit, or what stands inside of numbers and identifiers. */
const isInWord = (byte: number | undefined): boolean =>
  byte !== undefined && /[A-Za-z0-9._-]/.test(String.fromCharCode(byte));

function contextOf(text: Buffer, at: number, { bytes, label }: Pattern): string {
  const before = text.toString('latin1', Math.max(0, at - CONTEXT_BYTES), at);
  const after = text.toString('latin1', at + bytes.length, at + bytes.length + CONTEXT_BYTES);
  return `${before}<${label}>${after}`.replace(/[^\x20-\x7e]+/g, ' ');
}
