import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signatureOf } from '../payment/webhook-signature.ts';

/** What becomes of one request: answered; done, and the answer lost; not done; kept until `arriveLate`; done twice; refused by a proxy. */
export type Fate = 'answered' | 'unanswered' | 'lost' | 'late' | 'twice' | 'refused';

export type ProviderCall = 'charge' | 'lookUp' | 'cancel' | 'refund';

interface Entry {
  status: 'succeeded' | 'declined' | 'cancelled' | 'refunded';
  charges: number;
  refunds: number;
}

interface Request {
  readonly call: ProviderCall;
  readonly id: string;
  readonly token: string;
}

export const PROVIDER_KEY = 'the-key-of-a-test-provider';
export const WEBHOOK_SECRET = 'the-secret-of-events-in-tests-0123456789';

/** A payment provider on a port, as the protocol in subgraphs/order/payment/README.md has it, with faults. The tokens `ok` and `no`; `sim_success` as `ok`. */
export class FakePaymentProvider {
  /** What was done for each payment. */
  readonly ledger = new Map<string, Entry>();
  readonly calls: Request[] = [];
  /** What becomes of a request. */
  fateOf: (call: ProviderCall) => Fate = () => 'answered';
  readonly #late: Request[] = [];
  /** Ids of payments, one for each change. */
  readonly #events: string[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<FakePaymentProvider> {
    const server = createServer();
    const provider = new FakePaymentProvider(server);
    server.on('request', (req, res) => void provider.#receive(req, res));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Requests that were kept arrive now, the last one first. */
  arriveLate(): void {
    for (const request of this.#late.splice(0).reverse()) this.#execute(request);
  }

  /** Charges a payment whatever was answered before, as no provider should. */
  chargeAnyway(id: string): void {
    this.#change(id, { status: 'succeeded', charges: (this.ledger.get(id)?.charges ?? 0) + 1, refunds: 0 });
  }

  /** Sends all events so far: the last one first, and each twice. @returns the statuses of the answers */
  async sendEvents(url: string): Promise<number[]> {
    const ids = this.#events.splice(0).reverse();
    return Promise.all(
      ids.flatMap((id) => [id, id]).map((id) => sendEvent(url, { data: { paymentId: id } })),
    );
  }

  async #receive(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const request = await read(req);
    if (req.headers.authorization !== `Bearer ${PROVIDER_KEY}` || !request)
      return void res.writeHead(400).end();
    this.calls.push(request);
    const fate = this.fateOf(request.call);
    if (fate === 'refused') return void res.writeHead(502).end('<html>');
    if (fate === 'late') this.#late.push(request);
    if (fate === 'late' || fate === 'unanswered') return;
    const entry = this.#execute(request);
    if (fate === 'twice') this.#execute(request);
    if (fate === 'lost') return void res.destroy();
    if (!entry) return void res.writeHead(404).end();
    const { status } = entry;
    res.end(JSON.stringify({ id: request.id, status, reference: `ref-${request.id}`, other: 'ignored' }));
  }

  #execute({ call, id, token }: Request): Entry | undefined {
    const known = this.ledger.get(id);
    if (call === 'charge' && !known) {
      const isGood = token === 'ok' || token === 'sim_success';
      this.#change(id, { status: isGood ? 'succeeded' : 'declined', charges: isGood ? 1 : 0, refunds: 0 });
    }
    if (call === 'cancel' && !known) this.#change(id, { status: 'cancelled', charges: 0, refunds: 0 });
    if (call === 'refund' && known?.status === 'succeeded')
      this.#change(id, { ...known, status: 'refunded', refunds: known.refunds + 1 });
    return this.ledger.get(id);
  }

  #change(id: string, entry: Entry): void {
    this.ledger.set(id, entry);
    this.#events.push(id);
  }
}

async function read(req: IncomingMessage): Promise<Request | null> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const [, root, payments, idInPath, action] = req.url!.split('/');
  if (root !== 'v1' || payments !== 'payments') return null;
  if (req.method === 'GET') return { call: 'lookUp', id: idInPath!, token: '' };
  if (!req.headers['idempotency-key']) return null;
  if (action === 'cancel' || action === 'refund') return { call: action, id: idInPath!, token: '' };
  const { id, token } = JSON.parse(Buffer.concat(chunks).toString()) as { id: string; token: string };
  return { call: 'charge', id, token };
}

export interface EventOptions {
  readonly secret?: string;
  readonly sentAt?: number;
  /** In place of the signed body. */
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** Sends an event as the provider does. @returns the status of the answer */
export async function sendEvent(url: string, content: object, options: EventOptions = {}): Promise<number> {
  const { secret = WEBHOOK_SECRET, sentAt = Date.now(), headers = {} } = options;
  const body = JSON.stringify(content);
  const [id, timestamp] = [`evt_${randomUUID()}`, String(Math.floor(sentAt / 1_000))];
  const signature = signatureOf(secret, { id, timestamp, body }).toString('base64');
  const reply = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
      ...headers,
    },
    body: options.body ?? body,
  });
  await reply.arrayBuffer();
  return reply.status;
}
