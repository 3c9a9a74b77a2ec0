import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { settingOf } from '../../../platform/config/environment.ts';
import { BATCH_HEADER, formatBatchLimits } from '../../../platform/operation-batch/batch-limits.ts';
import { BATCH_REQUEST_TYPE } from '../../../platform/operation-batch/batch-request.ts';
import { BATCH_RESPONSE_TYPE, formatAnswer } from '../../../platform/operation-batch/batch-response.ts';
import { PreparedAnswers, type GraphqlRequest } from './prepared-answers.ts';
import { RESOLVERS, type SubgraphName } from './resolvers.ts';

/**
 * The subgraphs of the router's table, all in one process that is not measured: at `/user`, `/product` and `/order`. Each answers an
 * operation from memory once it has been worked out, so that what is measured is the router. It is also the issuer of the tokens.
 */
const prepared = Object.fromEntries(
  Object.entries(RESOLVERS).map(([name, resolvers]) => [
    name,
    new PreparedAnswers(readFileSync(`schema/${name}.graphql`, 'utf8'), resolvers),
  ]),
) as Record<SubgraphName, PreparedAnswers>;

const FIXED: Readonly<Record<string, string>> = {
  '/health/ready': '{"status":"ready"}',
  '/.well-known/jwks.json': JSON.stringify({ keys: [JSON.parse(settingOf('PUBLIC_KEY')!)] }),
};

interface Answer {
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Paths below this are of subgraphs that take several operations in one request. */
const BATCHING = '/batching';
const ACCEPTS_BATCHES = { [BATCH_HEADER]: formatBatchLimits({ operations: 64, bytes: 1_048_576 }) };

/** Who sends them is not looked at here. */
function operationsIn(batch: string): GraphqlRequest[] {
  const { document, operations } = JSON.parse(batch) as {
    readonly document: string;
    readonly operations: readonly { readonly v?: GraphqlRequest['variables'] }[];
  };
  return operations.map(({ v }) => ({ query: document, ...(v ? { variables: v } : {}) }));
}

const framed = (text: string, index: number): string =>
  formatAnswer({ index, status: 200, cacheControl: '', text });

async function answer(request: IncomingMessage, body: string): Promise<Answer> {
  const path = request.url ?? '';
  const fixed = FIXED[path];
  if (fixed !== undefined) return { text: fixed };
  const acceptsBatches = path.startsWith(BATCHING);
  const [, name] = (acceptsBatches ? path.slice(BATCHING.length) : path).split('/');
  const answers = prepared[name as SubgraphName];
  const findAll = (all: readonly GraphqlRequest[]) => Promise.all(all.map((one) => answers.find(one)));
  if (request.headers['content-type'] === BATCH_REQUEST_TYPE) {
    const found = await findAll(operationsIn(body));
    return { text: found.map(framed).join(''), headers: { 'content-type': BATCH_RESPONSE_TYPE } };
  }
  const read = JSON.parse(body) as GraphqlRequest | GraphqlRequest[];
  // Operations of one request, as Apollo Server takes them.
  const text = Array.isArray(read) ? `[${(await findAll(read)).join(',')}]` : await answers.find(read);
  return acceptsBatches ? { text, headers: ACCEPTS_BATCHES } : { text };
}

function respond(response: ServerResponse, status: number, { text, headers }: Answer): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    answer(request, body).then(
      (given) => respond(response, 200, given),
      (error: unknown) =>
        respond(response, 500, { text: JSON.stringify({ errors: [{ message: String(error) }] }) }),
    );
  });
});
server.listen(0, '127.0.0.1', () => console.log(`ready ${(server.address() as AddressInfo).port}`));
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
