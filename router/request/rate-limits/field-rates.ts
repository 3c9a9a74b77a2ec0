import { z } from 'zod';
import { parseRate, type Rate } from '../../../platform/rate-limit/rate.ts';

/** The rate at which one root field may be selected, by each user or from each address. */
export interface FieldRate {
  /** As `Mutation.signIn`. */
  readonly field: string;
  readonly rate: Rate;
  readonly per: 'user' | 'address';
}

const FIELD_RATE = /^((?:Query|Mutation)\.\w+) (\S+(?: burst \d+)?) per (user|address)$/;

function parseFieldRate(text: string): FieldRate | null {
  const [, field, rateText, per] = FIELD_RATE.exec(text) ?? [];
  const rate = rateText === undefined ? null : parseRate(rateText);
  return field && rate ? { field, rate, per: per as FieldRate['per'] } : null;
}

/** A setting such as `Mutation.signIn 20/s burst 100 per address`, several of them separated by commas, or `off`. */
export const fieldRates = (preset: string) =>
  z
    .string()
    .default(preset)
    .transform((text) => (text === 'off' ? [] : text.split(',').map((part) => parseFieldRate(part.trim()))))
    .refine((rates) => rates.every((one) => one !== null), {
      error:
        'expected field rates, for example Mutation.signIn 20/s burst 100 per address, separated by commas',
    })
    .transform((rates) => rates.filter((one) => one !== null));
