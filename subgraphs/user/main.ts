import { runProcess } from '../../platform/lifecycle/run-process.ts';
import { createLogger } from '../../platform/logger.ts';
import { observed } from '../../platform/observability/observed.ts';
import { readUserConfig } from './config.ts';
import { startUserSubgraph } from './start.ts';

await runProcess(async () => {
  const config = readUserConfig();
  const logger = createLogger('user', config.LOG_LEVEL);
  return observed('user', config, logger, () => startUserSubgraph(config, logger));
});
