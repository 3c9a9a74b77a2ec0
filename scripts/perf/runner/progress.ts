import { metricOf } from './metrics.ts';

/** How often it is written, in milliseconds: on a terminal in place, else a line each. */
const EVERY_MS = { terminal: 500, lines: 5_000 } as const;

/** What a run is at, on standard error, so that what a script prints at its end stays alone on standard output. */
export interface Progress {
  /** From now on it does this. */
  step(what: string): void;
  end(): void;
}

export function showProgress(out: NodeJS.WriteStream = process.stderr): Progress {
  const began = performance.now();
  const isTerminal = out.isTTY === true;
  let step = '';
  const write = () => {
    const seconds = ((performance.now() - began) / 1_000).toFixed(1).padStart(6);
    const count = (name: string) => metricOf(name, 'counter').samples.count.toLocaleString('en');
    const text = `${seconds} s  ${step}: ${count('http_reqs')} requests, ${count('iterations')} iterations`;
    out.write(isTerminal ? `\r\x1b[K${text}` : `${text}\n`);
  };
  const timer = setInterval(write, isTerminal ? EVERY_MS.terminal : EVERY_MS.lines);
  timer.unref();
  return {
    step: (what) => {
      step = what;
      if (isTerminal) write();
    },
    end: () => {
      clearInterval(timer);
      if (isTerminal) out.write('\r\x1b[K');
    },
  };
}
