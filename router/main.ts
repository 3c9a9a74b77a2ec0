import { runProcess } from '../platform/lifecycle/run-process.ts';

await runProcess(async () => {
  // Imported only here: graphql reads NODE_ENV when it is loaded, and `.env` may have set it just now.
  const [{ readRouterConfig }, { createLogger }, { withObservability }, { startRouter }] = await Promise.all([
    import('./config.ts'),
    import('../platform/logger.ts'),
    import('../platform/observability/with-observability.ts'),
    import('./start-router.ts'),
  ]);
  const config = readRouterConfig();
  const logger = createLogger('router', config.LOG_LEVEL);
  return withObservability('router', config, logger, () => startRouter(config, logger));
});
