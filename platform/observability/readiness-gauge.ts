import { checkReadiness, type ReadinessChecks } from '../http/readiness.ts';
import { gauge, onScrape } from './metrics.ts';

const ready = gauge(
  'ready',
  'Readiness checks of this process by name: 1 when the check passes, else 0. Checked at each scrape.',
  ['check'],
);

/**
 * Exports the result of each readiness check as a metric; a server without checks, such as that of the metrics themselves, has none.
 *
 * @param checks those of the moment
 */
export function exportReadiness(checks: () => ReadinessChecks): void {
  if (Object.keys(checks()).length === 0) return;
  onScrape(ready, async () => {
    const report = await checkReadiness(checks(), false);
    ready.reset();
    for (const [check, result] of Object.entries(report.checks))
      ready.labels(check).set(result === 'ok' ? 1 : 0);
  });
}
