import { UnfitStore } from '../store-condition.ts';
import { withTimeout } from '../with-timeout.ts';

/** By name, something that resolves when the thing really answered, and rejects when it did not. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<unknown>>>;

export interface ReadinessReport {
  readonly ready: boolean;
  /** `ok` or `failed`; why it failed is in the log, not in an answer that anyone may read. */
  readonly checks: Readonly<Record<string, Result>>;
  /** By name, one sentence for each store that answers and may not be used: it names what is wrong and holds no secret. */
  readonly reasons?: Readonly<Record<string, string>>;
}

type Result = 'ok' | 'failed';

const PATIENCE_MS = 2_000;

export async function checkReadiness(checks: ReadinessChecks, ending: boolean): Promise<ReadinessReport> {
  const reasons: Record<string, string> = {};
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const result = await answers(check);
      if (result instanceof UnfitStore) reasons[name] = result.message;
      return [name, result === 'ok' ? 'ok' : 'failed'] as const;
    }),
  );
  return {
    ready: !ending && results.every(([, result]) => result === 'ok'),
    checks: Object.fromEntries(results),
    ...(Object.keys(reasons).length > 0 ? { reasons } : {}),
  };
}

async function answers(check: () => Promise<unknown>): Promise<Result | UnfitStore> {
  const asked = Promise.resolve()
    .then(check)
    .then(
      () => 'ok' as const,
      (error: unknown) => (error instanceof UnfitStore ? error : ('failed' as const)),
    );
  return withTimeout<Result | UnfitStore>(PATIENCE_MS, asked, () => 'failed');
}
