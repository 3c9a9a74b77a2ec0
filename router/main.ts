import { runProcess } from '../platform/lifecycle/run-process.ts';
import { settingOf } from '../platform/config/environment.ts';
import { arrivalsFromPrimary, followPrimary, WORKER } from './processes/worker.ts';

const isWorker = settingOf(WORKER) !== undefined && process.send !== undefined;
const ready = isWorker ? followPrimary() : undefined;

await runProcess(async () => {
  // Imported only here: graphql reads NODE_ENV when it is loaded, and `.env` may have set it just now.
  const [{ readRouterConfig }, { createLogger }] = await Promise.all([
    import('./config.ts'),
    import('../platform/logger.ts'),
  ]);
  const config = readRouterConfig();
  const logger = createLogger('router', config.LOG_LEVEL);
  if (config.INSTANCES > 1 && !isWorker) {
    const { startWorkers } = await import('./processes/primary.ts');
    return { ...(await startWorkers(config, logger)), logger };
  }
  const [{ withObservability }, { startRouter }] = await Promise.all([
    import('../platform/observability/with-observability.ts'),
    import('./start-router.ts'),
  ]);
  const arrivals = isWorker ? arrivalsFromPrimary(config.PORT) : undefined;
  const running = await withObservability('router', config, logger, () =>
    startRouter(config, logger, arrivals),
  );
  ready?.();
  return { ...running, isWorker };
});
