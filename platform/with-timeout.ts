/**
 * Waits for `work` no longer than so many milliseconds. It goes on all the same; what becomes of it then is nobody's news.
 *
 * @param late its result is given in the place of what did not come in time, or what it throws is thrown
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
