import type { Logger } from '../../../platform/logger.ts';
import { inSpan } from '../../../platform/observability/current-span.ts';
import { firstRecorded } from '../../../platform/observability/span.ts';
import type { Waiting } from './batch-queue.ts';
import type { BatchWriter, WriteEnding } from './batch-writer.ts';
import type { PendingOrder } from '../orders/pending-order.ts';
import type { WriteResult } from './write-result.ts';

export interface BatchResult {
  readonly ending: WriteEnding;
  /** Those without a result. Writing them again is safe: if they are there, that is what is found. */
  readonly left: readonly Waiting[];
}

/** Writes a batch and passes the results on. Never rejects. */
export async function writeBatch(
  writer: BatchWriter,
  batch: readonly Waiting[],
  logger: Logger,
): Promise<BatchResult> {
  const results = new Map<PendingOrder, WriteResult>();
  const pendingOrders = batch.map(({ pendingOrder }) => pendingOrder);
  let ending: WriteEnding = 'unavailable';
  try {
    ending = await inSpan(
      firstRecorded(pendingOrders, ({ span }) => span),
      () => writer.write(pendingOrders, results),
    );
  } catch (error) {
    logger.error({ err: error }, 'a batch failed');
  }
  const left: Waiting[] = [];
  for (const one of batch) {
    const writeResult = results.get(one.pendingOrder);
    if (writeResult) one.resolve(writeResult);
    else left.push(one);
  }
  return { ending, left };
}
