import { z } from 'zod';
import { LINE_RULES, PARAGRAPH_RULES, problemsOf, type TextRule } from './text-rules.ts';

/** Fields of inputs that people type. Spaces around a text are not part of it. */

/** A text on one line, of 1 to `longest` UTF-16 code units. */
export const line = (longest: number) =>
  z
    .string()
    .trim()
    .min(1, 'Must not be empty.')
    .max(longest, `Must be at most ${longest} characters.`)
    .superRefine(by(LINE_RULES));

const optionalLine = (longest: number) =>
  z
    .string()
    .trim()
    .max(longest, `Must be at most ${longest} characters.`)
    .superRefine(by(LINE_RULES))
    .nullish()
    .transform((text) => text || null);

/** A text of several lines that may be left out; null where there is none. */
export const optionalParagraphs = (longest: number, tooLong: string) =>
  z
    .string()
    .trim()
    .max(longest, tooLong)
    .superRefine(by(PARAGRAPH_RULES))
    .nullish()
    .transform((text) => text || null);

/** Of a profile and of an order alike. */
export const postalAddress = z.object({
  postalCode: line(20),
  line1: line(200),
  line2: optionalLine(200),
});

/** An empty text has its own rule. */
function by(rules: readonly TextRule[]) {
  return (text: string, context: z.RefinementCtx): void => {
    if (text === '') return;
    for (const message of problemsOf(text, rules)) context.addIssue({ code: 'custom', message });
  };
}
