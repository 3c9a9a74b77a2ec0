/**
 * Waits for `work` for at most `ms` milliseconds. The work is not cancelled; a late result or error is ignored.
 *
 * @param late called at the timeout: its result is returned in place of the work's, and what it throws is thrown
 */
export async function withTimeout<Result>(
  ms: number,
  work: Promise<Result>,
  late: () => Result,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  }).then(late);
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
