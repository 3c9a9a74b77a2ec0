/**
 * Of a response: that this process accepts batches, and how large: `<operations>/<bytes>`. A process states it where it states its id (421),
 * and, where one address leads to several processes, in each response to a single operation. A caller sends no batch to a process that has not.
 */
export const BATCH_HEADER = 'x-firstcome-batch';

export interface BatchLimits {
  /** Operations in one request, at the most. */
  readonly operations: number;
  /** Bytes of its body, at the most. */
  readonly bytes: number;
}

export const formatBatchLimits = ({ operations, bytes }: BatchLimits): string => `${operations}/${bytes}`;

/** @returns null where the header is missing, is not of this form, or allows less than two operations */
export function parseBatchLimits(header: string): BatchLimits | null {
  const [, operations, bytes] = /^(\d{1,6})\/(\d{1,9})$/.exec(header) ?? [];
  if (Number(operations ?? 0) < 2) return null;
  return { operations: Number(operations), bytes: Number(bytes) };
}
