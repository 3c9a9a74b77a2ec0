import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { settingOf } from '../../../platform/config/environment.ts';
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

async function answer(request: IncomingMessage, body: string): Promise<string> {
  const path = request.url ?? '';
  const fixed = FIXED[path];
  if (fixed !== undefined) return fixed;
  const answers = prepared[path.split('/')[1] as SubgraphName];
  const read = JSON.parse(body) as GraphqlRequest | GraphqlRequest[];
  if (!Array.isArray(read)) return answers.find(read);
  // Operations of one request, as Apollo Server takes them.
  return `[${(await Promise.all(read.map((one) => answers.find(one)))).join(',')}]`;
}

function respond(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    answer(request, body).then(
      (text) => respond(response, 200, text),
      (error: unknown) => respond(response, 500, JSON.stringify({ errors: [{ message: String(error) }] })),
    );
  });
});
server.listen(0, '127.0.0.1', () => console.log(`ready ${(server.address() as AddressInfo).port}`));
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
