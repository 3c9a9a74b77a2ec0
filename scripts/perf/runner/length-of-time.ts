import { z } from 'zod';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** As k6 writes it, for example `30s`, `1m30s` or `500ms`; read as milliseconds. */
export const lengthOfTime = z
  .string()
  .regex(/^(\d+(ms|s|m|h))+$/, 'expected a length of time, for example 30s')
  .transform((text) =>
    [...text.matchAll(/(\d+)(ms|s|m|h)/g)].reduce(
      (sum, [, digits, unit]) => sum + Number(digits) * UNITS[unit as keyof typeof UNITS],
      0,
    ),
  );
