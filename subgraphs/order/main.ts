import { createLogger } from '../../platform/logger.ts';
import { observed } from '../../platform/observability/observed.ts';
import { runProcess } from '../../platform/lifecycle/run-process.ts';
import { readOrderConfig } from './config.ts';
import { startOrderSubgraph } from './start.ts';

await runProcess(async () => {
  const config = readOrderConfig();
  const logger = createLogger('order', config.LOG_LEVEL);
  return observed('order', config, logger, () => startOrderSubgraph(config, logger));
});
