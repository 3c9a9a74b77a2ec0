import { UnfitStore } from '../store-condition.ts';
import { withTimeout } from '../with-timeout.ts';

/** By name, a check that resolves when the dependency really responded, and rejects when it did not. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<unknown>>>;

export interface ReadinessReport {
  readonly ready: boolean;
  /** `ok` or `failed`; why it failed is in the log, not in a response that is public. */
  readonly checks: Readonly<Record<string, Result>>;
  /** By name, one sentence for each store that responds and must not be used: it names the problem and holds no secret. */
  readonly reasons?: Readonly<Record<string, string>>;
}

type Result = 'ok' | 'failed';

const CHECK_TIMEOUT_MS = 2_000;

export async function checkReadiness(checks: ReadinessChecks, ending: boolean): Promise<ReadinessReport> {
  const reasons: Record<string, string> = {};
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const result = await resultOf(check);
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

async function resultOf(check: () => Promise<unknown>): Promise<Result | UnfitStore> {
  const result = Promise.resolve()
    .then(check)
    .then(
      () => 'ok' as const,
      (error: unknown) => (error instanceof UnfitStore ? error : ('failed' as const)),
    );
  return withTimeout<Result | UnfitStore>(CHECK_TIMEOUT_MS, result, () => 'failed');
}
