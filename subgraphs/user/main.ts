import { runProcess } from '../../platform/lifecycle/run-process.ts';
import { createLogger } from '../../platform/logger.ts';
import { readUserConfig } from './config.ts';
import { startUserSubgraph } from './start.ts';

await runProcess(async () => {
  const config = readUserConfig();
  const logger = createLogger('user', config.LOG_LEVEL);
  return { ...(await startUserSubgraph(config, logger)), logger };
});
