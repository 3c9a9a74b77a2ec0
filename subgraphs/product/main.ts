import { runProcess } from '../../platform/lifecycle/run-process.ts';
import { createLogger } from '../../platform/logger.ts';
import { readProductConfig } from './config.ts';
import { startProductSubgraph } from './start.ts';

await runProcess(async () => {
  const config = readProductConfig();
  const logger = createLogger('product', config.LOG_LEVEL);
  return { ...(await startProductSubgraph(config, logger)), logger };
});
