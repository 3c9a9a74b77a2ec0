import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { settingOf } from '../../../platform/config/environment.ts';
import { openPurchases, type Answer } from './purchases.ts';
import { tokenVerifier } from './verify-token.ts';

/**
 * The ceiling: what a purchase costs where nothing is left out that decides it, and nothing else is there. One process, `node:http`,
 * no GraphQL, no limits, no retries, nothing observed.
 */
const userOf = tokenVerifier(settingOf('PUBLIC_KEY')!);
const purchases = await openPurchases(settingOf('MYSQL_URL')!, settingOf('REDIS_URL')!);

interface PurchaseBody {
  readonly productId: string;
  readonly idempotencyKey: string;
}

async function answer(request: IncomingMessage, body: string): Promise<Answer> {
  const user = userOf(request.headers.authorization);
  if (user === null) return { status: 401, text: '{"__typename":"Unauthenticated"}' };
  const { productId, idempotencyKey } = JSON.parse(body) as PurchaseBody;
  return purchases.purchase(productId, user, idempotencyKey);
}

function respond(response: ServerResponse, { status, text }: Answer): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    answer(request, body).then(
      (given) => respond(response, given),
      (error: unknown) => respond(response, { status: 500, text: String(error) }),
    );
  });
});
server.listen(0, '127.0.0.1', () => console.log(`ready ${(server.address() as AddressInfo).port}`));
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
