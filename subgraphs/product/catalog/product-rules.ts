import { invalidInput, type InvalidInput } from '../../../platform/graphql/invalid-input.ts';
import { LINE_RULES, PARAGRAPH_RULES, type TextRule } from '../../../platform/text/text-rules.ts';
import type { Product } from './product.ts';

/** The fields of a product that an administrator sets, as opposed to those that the system records. */
export type ProductTerms = Pick<
  Product,
  | 'name'
  | 'description'
  | 'imageUrl'
  | 'type'
  | 'amount'
  | 'currency'
  | 'opensAt'
  | 'closesAt'
  | 'purchaseLimit'
>;

/** Terms before they are checked: any of them may be null. */
export type ProposedTerms = { readonly [Term in keyof ProductTerms]: ProductTerms[Term] | null };

interface Rule {
  /** From the input object down. */
  readonly path: string;
  readonly message: string;
  readonly isBroken: (terms: ProposedTerms) => boolean;
}

/** In characters. `description` fits into TEXT at four bytes each. */
const MAX_LENGTH = { name: 200, description: 10_000, imageUrl: 2_048 };

const RULES: readonly Rule[] = [
  {
    path: 'name',
    message: `Must be 1 to ${MAX_LENGTH.name} characters long.`,
    isBroken: ({ name }) => name === null || name === '' || longerThan(name, MAX_LENGTH.name),
  },
  ...rulesOfText('name', LINE_RULES, ({ name }) => name),
  {
    path: 'description',
    message: `Must be at most ${MAX_LENGTH.description} characters long.`,
    isBroken: ({ description }) => longerThan(description, MAX_LENGTH.description),
  },
  ...rulesOfText('description', PARAGRAPH_RULES, ({ description }) => description),
  {
    path: 'imageUrl',
    message: `Must be an http:// or https:// URL of at most ${MAX_LENGTH.imageUrl} characters.`,
    isBroken: ({ imageUrl }) => imageUrl !== null && !isHttpUrl(imageUrl),
  },
  {
    path: 'price',
    message: 'Must not be null.',
    isBroken: ({ amount, currency }) => amount === null || currency === null,
  },
  {
    path: 'price.amount',
    message: 'Must not be negative.',
    isBroken: ({ amount }) => amount !== null && amount < 0,
  },
  {
    path: 'price.currency',
    message: 'Must be a currency of ISO 4217, for example KRW.',
    isBroken: ({ currency }) => currency !== null && !CURRENCIES.has(currency),
  },
  {
    path: 'opensAt',
    message: 'Must be an instant between the years 2000 and 9999.',
    isBroken: ({ opensAt }) => opensAt === null || !canBeStored(opensAt),
  },
  {
    path: 'closesAt',
    message: 'Must be an instant between the years 2000 and 9999.',
    isBroken: ({ closesAt }) => closesAt !== null && !canBeStored(closesAt),
  },
  {
    path: 'closesAt',
    message: 'Is required for a FLASH_SALE.',
    isBroken: ({ type, closesAt }) => type === 'FLASH_SALE' && closesAt === null,
  },
  {
    path: 'closesAt',
    message: 'Must be after opensAt.',
    isBroken: ({ opensAt, closesAt }) => opensAt !== null && closesAt !== null && closesAt <= opensAt,
  },
  {
    path: 'purchaseLimit',
    message: 'Must be at least 1.',
    isBroken: ({ purchaseLimit }) => purchaseLimit !== null && purchaseLimit < 1,
  },
];

/** The rules of all texts in this system. A text that is missing or blank has rules of its own. */
function rulesOfText(
  path: string,
  rules: readonly TextRule[],
  textOf: (terms: ProposedTerms) => string | null,
): readonly Rule[] {
  return rules.map(({ message, isBroken }) => ({
    path,
    message,
    isBroken: (terms) => {
      const text = textOf(terms) ?? '';
      return text !== '' && isBroken(text);
    },
  }));
}

/** @returns the terms, or a refusal that names every rule that they break */
export function checkTerms(proposed: ProposedTerms): CheckedTerms {
  const problems = RULES.filter((rule) => rule.isBroken(proposed)).map(({ path, message }) => ({
    path,
    message,
  }));
  // No rule is broken, so no term is null that must not be.
  return problems.length > 0
    ? { ok: false, refusal: invalidInput(problems) }
    : { ok: true, terms: proposed as ProductTerms };
}

export type CheckedTerms =
  | { readonly ok: true; readonly terms: ProductTerms }
  | { readonly ok: false; readonly refusal: InvalidInput };

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));

const longerThan = (text: string | null, length: number): boolean =>
  text !== null && [...text].length > length;

const isHttpUrl = (text: string): boolean =>
  !longerThan(text, MAX_LENGTH.imageUrl) && /^https?:\/\//i.test(text) && URL.canParse(text);

const canBeStored = (instant: Date): boolean =>
  instant.getUTCFullYear() >= 2000 && instant.getUTCFullYear() <= 9999;
