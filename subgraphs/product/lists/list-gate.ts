import { Fault } from '../../../platform/errors.ts';
import type { RelaxedReads } from '../../../platform/mysql/relaxed-reads.ts';

export interface GateOptions {
  /** How many reads may be under way at a time. */
  readonly atOnce: number;
  /** How many may wait for that. */
  readonly waiting: number;
  /** How long, in milliseconds. */
  readonly patienceMs: number;
}

/**
 * Lets so many reads through at a time that each has a connection. The others wait, though not for long: while lists are
 * slow, whoever asks for one learns it soon, and no line grows that would be served long after everybody has left.
 *
 * `read` throws {Fault} UNAVAILABLE for who is not let through; the read has not begun then.
 */
export function behindGate(reads: RelaxedReads, { atOnce, waiting, patienceMs }: GateOptions): RelaxedReads {
  let underWay = 0;
  const line = new Set<() => void>();

  function enter(): Promise<void> {
    if (underWay < atOnce) {
      underWay += 1;
      return Promise.resolve();
    }
    if (line.size >= waiting) return Promise.reject(busy());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        line.delete(goOn);
        reject(busy());
      }, patienceMs);
      const goOn = () => {
        clearTimeout(timer);
        resolve();
      };
      line.add(goOn);
    });
  }

  /** Hands the place to the next in line. */
  function leave(): void {
    const [next] = line;
    if (next) {
      line.delete(next);
      next();
    } else {
      underWay -= 1;
    }
  }

  return {
    async read(work) {
      await enter();
      try {
        return await reads.read(work);
      } finally {
        leave();
      }
    },
    close: () => reads.close(),
  };
}

const busy = (): Fault =>
  new Fault('UNAVAILABLE', 'Lists of products are busy at the moment. Try again later.');
