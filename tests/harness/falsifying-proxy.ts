import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export type AnsweredData = Record<
  string,
  { __typename?: string; order?: { id: string }; sold?: number } | null
>;

export interface GraphqlAnswer {
  readonly status: number;
  readonly data?: AnsweredData | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

export type Falsify = (answer: GraphqlAnswer) => GraphqlAnswer;

export interface FalsifyingProxy {
  readonly url: string;
  close(): void;
}

/** Forwards GraphQL requests to a router, and changes each answer by `falsify`. */
export async function startFalsifyingProxy(target: string, falsify: Falsify): Promise<FalsifyingProxy> {
  const server = createServer((request, response) => {
    forward(target, request).then(
      (answer) => {
        const { status, ...body } = falsify(answer);
        response.statusCode = status;
        response.end(JSON.stringify(body));
      },
      (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function forward(target: string, request: IncomingMessage): Promise<GraphqlAnswer> {
  const body: Buffer[] = [];
  for await (const chunk of request) body.push(chunk as Buffer);
  const { authorization } = request.headers;
  const answer = await fetch(`${target}${request.url ?? ''}`, {
    method: request.method ?? 'POST',
    headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
    ...(request.method === 'GET' ? {} : { body: Buffer.concat(body) }),
  });
  return { ...((await answer.json()) as Omit<GraphqlAnswer, 'status'>), status: answer.status };
}

/** Changes the first answer for which `change` does not return null. */
export function once(change: (answer: GraphqlAnswer) => GraphqlAnswer | null): Falsify {
  let hasChanged = false;
  return (answer) => {
    const changed = hasChanged ? null : change(answer);
    hasChanged ||= changed !== null;
    return changed ?? answer;
  };
}
