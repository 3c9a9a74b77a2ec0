/** For the report. What follows the first line, such as what a process printed, is for who looks for the cause. */
export const sentenceOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
