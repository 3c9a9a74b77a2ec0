import { runProcess } from '../../platform/lifecycle/run-process.ts';
import { createLogger } from '../../platform/logger.ts';
import { observed } from '../../platform/observability/observed.ts';
import { readProductConfig } from './config.ts';
import { startProductSubgraph } from './start.ts';

await runProcess(async () => {
  const config = readProductConfig();
  const logger = createLogger('product', config.LOG_LEVEL);
  return observed('product', config, logger, () => startProductSubgraph(config, logger));
});
