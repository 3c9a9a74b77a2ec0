/** How often it is written, in milliseconds: on a terminal in place, else a line each. */
const EVERY_MS = { terminal: 500, lines: 5_000 } as const;

/** So far. */
export interface Counts {
  readonly requests: number;
  readonly iterations: number;
}

/** What a run is at, on standard error, so that what a script prints at its end stays alone on standard output. */
export interface Progress {
  /** From now on it does this. */
  step(what: string): void;
  /** From now on its numbers are read here. @param expected iterations at the end of the run */
  follow(read: () => Counts, expected: number): void;
  end(): void;
}

export function showProgress(out: NodeJS.WriteStream = process.stderr): Progress {
  const began = performance.now();
  const isTerminal = out.isTTY === true;
  let step = 'loading';
  let read = (): Counts => ({ requests: 0, iterations: 0 });
  let expected = 0;
  let before = { at: began, requests: 0 };

  const write = () => {
    const now = performance.now();
    const { requests, iterations } = read();
    const rate = Math.round((1_000 * (requests - before.requests)) / Math.max(1, now - before.at));
    before = { at: now, requests };
    const seconds = ((now - began) / 1_000).toFixed(1).padStart(6);
    const parts = [
      `${seconds} s  ${step}: ${grouped(requests)} requests (${grouped(rate)} a second)`,
      `${grouped(iterations)}${expected > 0 ? ` of ${grouped(expected)}` : ''} iterations`,
    ];
    out.write(isTerminal ? `\r\x1b[K${parts.join(', ')}` : `${parts.join(', ')}\n`);
  };
  const timer = setInterval(write, isTerminal ? EVERY_MS.terminal : EVERY_MS.lines);
  timer.unref();
  return {
    step: (what) => {
      step = what;
      if (isTerminal) write();
    },
    follow: (from, iterations) => {
      read = from;
      expected = iterations;
    },
    end: () => {
      clearInterval(timer);
      if (isTerminal) out.write('\r\x1b[K');
    },
  };
}

const grouped = (number: number): string => number.toLocaleString('en');
