import type { z } from 'zod';

/** The `InvalidInput` of the schema: an expected refusal that names every problem. */
export interface InvalidInput {
  readonly __typename: 'InvalidInput';
  readonly message: string;
  readonly problems: { readonly path: string; readonly message: string }[];
}

export function invalidInput(problems: InvalidInput['problems']): InvalidInput {
  const summary = problems.map(({ path, message }) => `${path}: ${message}`).join(' ');
  return { __typename: 'InvalidInput', message: `The input is not acceptable. ${summary}`, problems };
}

/** @returns the checked input, or every problem found in it */
export function checkInput<Output>(
  schema: z.ZodType<Output>,
  input: unknown,
): { readonly ok: true; readonly value: Output } | { readonly ok: false; readonly refusal: InvalidInput } {
  const result = schema.safeParse(input);
  if (result.success) return { ok: true, value: result.data };
  return {
    ok: false,
    refusal: invalidInput(
      result.error.issues.map((issue) => ({
        path: issue.path.map(String).join('.'),
        message: issue.message,
      })),
    ),
  };
}
