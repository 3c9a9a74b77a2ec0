import { startHttpServer, type RunningHttpServer } from '../http/server.ts';
import type { RunningProcess } from '../lifecycle/run-process.ts';
import type { Logger } from '../logger.ts';
import { enableMetrics, metricsPage } from './metrics.ts';
import { recordSpansTo } from './span.ts';

export interface ObservabilitySettings {
  readonly HOST: string;
  readonly METRICS: boolean;
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  readonly OTEL_TRACES_SAMPLER_ARG: number;
  /** Of its own for `/metrics`, for a process whose port is open to the world. */
  readonly METRICS_PORT?: number;
}

/** Starts a process with the metrics and traces of its settings; at its end the remaining spans are sent. */
export async function withObservability(
  service: string,
  settings: ObservabilitySettings,
  logger: Logger,
  start: () => Promise<RunningProcess>,
): Promise<RunningProcess & { logger: Logger }> {
  const endTraces = await startTraces(service, settings, logger);
  const metrics = await startMetrics(settings, logger);
  const end = async () => {
    await metrics?.close(0);
    await endTraces();
  };
  try {
    const running = await start();
    return {
      ...running,
      logger,
      close: async () => {
        await running.close();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function startMetrics(
  { HOST, METRICS, METRICS_PORT }: ObservabilitySettings,
  logger: Logger,
): Promise<RunningHttpServer | null> {
  if (!METRICS) return null;
  enableMetrics();
  if (METRICS_PORT === undefined) return null;
  const routes = { '/metrics': metricsPage };
  const http = await startHttpServer({
    host: HOST,
    port: METRICS_PORT,
    maxBodyBytes: 0,
    routes,
    readiness: {},
    logger,
  });
  logger.info({ url: `${http.url}/metrics` }, 'metrics are served');
  return http;
}

async function startTraces(
  service: string,
  settings: ObservabilitySettings,
  logger: Logger,
): Promise<() => Promise<void>> {
  const endpoint = settings.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined) return async () => undefined;
  const [{ openOtlp }, { traceSql }, { traceRedis }] = await Promise.all([
    import('./otlp.ts'),
    import('./stores/sql-spans.ts'),
    import('./stores/redis-spans.ts'),
  ]);
  const source = openOtlp(service, endpoint, logger);
  recordSpansTo(source, settings.OTEL_TRACES_SAMPLER_ARG);
  const ends = [traceSql(), traceRedis()];
  return async () => {
    for (const end of ends) end();
    recordSpansTo(null);
    // Spans that cannot be sent are lost: the shutdown does not wait for a collector that is down.
    await source.close().catch(() => undefined);
  };
}
