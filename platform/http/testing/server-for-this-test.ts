import { onTestFinished } from 'vitest';
import { createLogger } from '../../logger.ts';
import { internalLimits, type ConnectionLimits } from '../connection-limits.ts';
import { startHttpServer, type RunningHttpServer } from '../server.ts';
import type { Handler } from '../types.ts';

/** A server with these routes on a free port; closed when the test is done. */
export async function startServer(
  routes: Readonly<Record<string, Handler>>,
  limits: Partial<ConnectionLimits> = {},
  host = '127.0.0.1',
): Promise<RunningHttpServer> {
  const http = await startHttpServer({
    host,
    port: 0,
    maxBodyBytes: 100_000,
    readiness: {},
    routes,
    limits: { ...internalLimits(), ...limits },
    logger: createLogger('test', 'silent'),
  });
  let closed: Promise<void> | null = null;
  const close = (timeoutMs?: number) => (closed ??= http.close(timeoutMs));
  onTestFinished(() => close(0));
  return { ...http, close };
}
