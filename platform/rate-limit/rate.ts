import { z } from 'zod';

/** How often something may be done: steadily, and how much of it at once after a pause. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

const SECONDS = { s: 1, m: 60, h: 3_600 } as const;
const RATE = /^([1-9]\d*)\/([smh])(?: burst ([1-9]\d*))?$/;

/** @returns null when it is not written as `10/s` or `10/s burst 60`; without a burst, that of one unit of time */
export function parseRate(text: string): Rate | null {
  const [, times, unit, burst = times] = RATE.exec(text) ?? [];
  if (!times || !unit) return null;
  return { perSecond: Number(times) / SECONDS[unit as keyof typeof SECONDS], burst: Number(burst) };
}

/** A setting such as `50/s burst 100`, with `/m` and `/h` too, or `off`: read as a rate, or null. */
export const rate = (preset: string) =>
  z
    .string()
    .default(preset)
    .refine((text) => text === 'off' || parseRate(text) !== null, {
      error: 'expected a rate, for example 50/s, 50/s burst 100 or 20/m, or off',
    })
    .transform((text) => parseRate(text));
