import { within } from '../within.ts';

/** By name, something that resolves when the thing really answered, and rejects when it did not. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<unknown>>>;

export interface ReadinessReport {
  readonly ready: boolean;
  /** `ok` or `failed`; why it failed is in the log, not in an answer that anyone may read. */
  readonly checks: Readonly<Record<string, 'ok' | 'failed'>>;
}

const PATIENCE_MS = 2_000;

export async function checkReadiness(checks: ReadinessChecks, ending: boolean): Promise<ReadinessReport> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await answers(check)] as const),
  );
  return {
    ready: !ending && results.every(([, result]) => result === 'ok'),
    checks: Object.fromEntries(results),
  };
}

async function answers(check: () => Promise<unknown>): Promise<'ok' | 'failed'> {
  const asked = Promise.resolve()
    .then(check)
    .then(
      () => 'ok' as const,
      () => 'failed' as const,
    );
  return within<'ok' | 'failed'>(PATIENCE_MS, asked, () => 'failed');
}
