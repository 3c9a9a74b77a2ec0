import { runProcess } from '../../platform/lifecycle/run-process.ts';

await runProcess(async () => {
  // Imported only here: graphql reads NODE_ENV when it is loaded, and `.env` may have set it just before.
  const [{ readProductConfig }, { createLogger }, { withObservability }, { startProductSubgraph }] =
    await Promise.all([
      import('./config.ts'),
      import('../../platform/logger.ts'),
      import('../../platform/observability/with-observability.ts'),
      import('./start.ts'),
    ]);
  const config = readProductConfig();
  const logger = createLogger('product', config.LOG_LEVEL);
  return withObservability('product', config, logger, () => startProductSubgraph(config, logger));
});
