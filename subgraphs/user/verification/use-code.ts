import type { CodeClaim } from './verification-codes.ts';

/** The code is used up when the work succeeds, and not when it fails. */
export async function useCode<Result>(claim: CodeClaim, work: () => Promise<Result>): Promise<Result> {
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    // If that fails, too, the code works again when the claim ends.
    await claim.release().catch(() => undefined);
    throw error;
  }
  // The work is done; a code that cannot be ended now can do no more than was done by it.
  await claim.used().catch(() => undefined);
  return result;
}
