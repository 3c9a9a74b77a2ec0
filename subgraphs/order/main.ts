import { runProcess } from '../../platform/lifecycle/run-process.ts';

await runProcess(async () => {
  // Imported only here: graphql reads NODE_ENV when it is loaded, and `.env` may have set it just now.
  const [{ readOrderConfig }, { createLogger }, { withObservability }, { startOrderSubgraph }] =
    await Promise.all([
      import('./config.ts'),
      import('../../platform/logger.ts'),
      import('../../platform/observability/with-observability.ts'),
      import('./start.ts'),
    ]);
  const config = readOrderConfig();
  const logger = createLogger('order', config.LOG_LEVEL);
  return withObservability('order', config, logger, () => startOrderSubgraph(config, logger));
});
