import type { Logger } from '../../../platform/logger.ts';
import { inSpan } from '../../../platform/observability/current-span.ts';
import { firstRecorded } from '../../../platform/observability/span.ts';
import type { Waiting } from './batch-queue.ts';
import type { BatchWriter, WriteEnding } from './batch-writer.ts';
import type { Candidate, Verdict } from '../orders/pending-order.ts';

export interface BatchResult {
  readonly ending: WriteEnding;
  /** Those without a verdict. Writing them again is safe: if they are there, that is what is found. */
  readonly left: readonly Waiting[];
}

/** Writes a batch and passes the verdicts on. Never rejects. */
export async function writeBatch(
  writer: BatchWriter,
  batch: readonly Waiting[],
  logger: Logger,
): Promise<BatchResult> {
  const verdicts = new Map<Candidate, Verdict>();
  const candidates = batch.map(({ candidate }) => candidate);
  let ending: WriteEnding = 'unavailable';
  try {
    ending = await inSpan(
      firstRecorded(candidates, ({ span }) => span),
      () => writer.write(candidates, verdicts),
    );
  } catch (error) {
    logger.error({ err: error }, 'a batch failed');
  }
  const left: Waiting[] = [];
  for (const one of batch) {
    const verdict = verdicts.get(one.candidate);
    if (verdict) one.resolve(verdict);
    else left.push(one);
  }
  return { ending, left };
}
