import { onTestFinished } from 'vitest';
import { createLogger } from '../../logger.ts';
import { json, startHttpServer, type RunningHttpServer } from '../../http/server.ts';
import type { HttpReply, HttpRequest } from '../../http/types.ts';

/** For tests: one name with several addresses, 127.0.0.2 and up, on each of which an instance may listen at the same port. */
export interface LoopbackInstance extends RunningHttpServer {
  readonly address: string;
  /** The Host header of each request to `/graphql`. */
  readonly received: string[];
  isReady: boolean;
}

export type Responder = (request: HttpRequest) => HttpReply | Promise<HttpReply>;

const logger = createLogger('test', 'silent');
const OK = json(200, { data: { ok: true } });

/** @param port 0: any free one, for the first instance; the others take the same */
export async function startInstance(
  address: string,
  port = 0,
  answer: Responder = () => OK,
): Promise<LoopbackInstance> {
  const received: string[] = [];
  const state = { isReady: true };
  const http = await startHttpServer({
    host: address,
    port,
    maxBodyBytes: 100_000,
    readiness: { test: () => (state.isReady ? Promise.resolve() : Promise.reject(new Error('not yet'))) },
    logger,
    routes: {
      '/graphql': async (request) => {
        received.push(request.headers.host ?? '');
        await request.readBody();
        return answer(request);
      },
    },
  });
  let isClosed = false;
  const close = async (timeoutMs?: number) => {
    if (!isClosed) await http.close(timeoutMs);
    isClosed = true;
  };
  onTestFinished(() => close(0));
  return Object.assign(state, { ...http, address, received, close });
}
