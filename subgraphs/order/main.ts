import { createLogger } from '../../platform/logger.ts';
import { runProcess } from '../../platform/lifecycle/run-process.ts';
import { readOrderConfig } from './config.ts';
import { startOrderSubgraph } from './start.ts';

await runProcess(async () => {
  const config = readOrderConfig();
  const logger = createLogger('order', config.LOG_LEVEL);
  return { ...(await startOrderSubgraph(config, logger)), logger };
});
