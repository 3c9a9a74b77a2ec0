import type { CodeClaim } from './verification-codes.ts';

/** The code is used up when the work succeeds, and not when it fails. */
export async function useCode<Result>(claim: CodeClaim, work: () => Promise<Result>): Promise<Result> {
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    // If the release fails as well, the code works again when the claim expires.
    await claim.release().catch(() => undefined);
    throw error;
  }
  // The work is done; a code that could not be invalidated can only repeat it, until it expires.
  await claim.used().catch(() => undefined);
  return result;
}
