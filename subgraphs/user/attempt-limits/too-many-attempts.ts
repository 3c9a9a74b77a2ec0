/** The refusal of a rate limit, as the schema names it. */
export type TooManyAttempts = ReturnType<typeof tooManyAttempts>;

export const tooManyAttempts = (retryAfterMs: number) =>
  ({
    __typename: 'TooManyAttempts',
    message: `Too many attempts. Try again in ${inWords(retryAfterMs)}.`,
    retryAfterMs,
  }) as const;

function inWords(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  return minutes === 1 ? 'a minute' : `${minutes} minutes`;
}
