import { createHash, randomUUID } from 'node:crypto';
import { createCoalescer } from '../../../platform/batching/coalescer.ts';
import { Fault, isFaultCode } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { Gateway } from '../../schema/gateway.ts';
import { ownOperation, type PlannedOperation } from '../../operation/planned-operation.ts';
import type { LiveState, LiveStock, SaleTerms } from './live-state.ts';
import type { ServerClock } from './server-clock.ts';

/** Products read by one operation, at the most. */
const MAX_PER_OPERATION = 20;

export interface LiveReaderOptions {
  readonly gateway: Pick<Gateway, 'execute'>;
  readonly clock: ServerClock;
  /** How long the subgraphs may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/** The share of the subgraphs that all of its readings have together. */
const LIVE_READER = 'live stock';

/** @returns null when there is no such product @throws {Fault} when the subgraphs did not answer */
export type ReadLiveState = (productId: string) => Promise<LiveState | null>;

/** Reads sale and stock through the gateway, as a client would. Request batching: all products that are requested meanwhile are one operation. */
export function createLiveReader({ gateway, clock, timeoutMs, logger }: LiveReaderOptions): ReadLiveState {
  const operations = new Map<number, PlannedOperation>();
  const readings = createCoalescer(readTogether, { maxItems: MAX_PER_OPERATION });
  return (productId) => readings.submit(productId);

  async function readTogether(ids: readonly string[]): Promise<(LiveState | null)[]> {
    let operation = operations.get(ids.length);
    if (!operation) operations.set(ids.length, (operation = operationFor(ids.length)));
    const requestedAt = performance.now();
    const requestId = randomUUID();
    const { data, errors } = await gateway.execute(
      operation,
      Object.fromEntries(ids.map((id, index) => [`id${index}`, id])),
      {
        identity: { caller: null, requestId, remainingMs: timeoutMs },
        clientKey: LIVE_READER,
        deadline: Date.now() + timeoutMs,
        logger: logger.child({ requestId }),
      },
    );
    if (errors?.[0] || !data) {
      const code = errors?.[0]?.extensions['code'];
      throw new Fault(isFaultCode(code) && code !== 'INTERNAL' ? code : 'UNAVAILABLE');
    }
    const answer = data as Answer;
    clock.observe(Date.parse(answer['serverTime'] as string), requestedAt);
    return ids.map((id, index) =>
      toState(id, answer[`p${index}`] as ProductAnswer | null, answer[`s${index}`] as StockAnswer | null),
    );
  }
}

type Answer = Readonly<Record<string, unknown>>;

interface ProductAnswer {
  readonly status: string;
  readonly opensAt: string;
  readonly closesAt: string | null;
  readonly purchaseLimit: number | null;
}

interface StockAnswer extends Omit<LiveStock, 'asOf'> {
  readonly asOf: string;
}

/** The operation that reads so many products. */
export function liveOperation(count: number): string {
  const indexes = Array.from({ length: count }, (_, index) => index);
  return `query LiveStock(${indexes.map((i) => `$id${i}: ID!`).join(', ')}) {
    serverTime
    ${indexes
      .map(
        (i) => `p${i}: product(id: $id${i}) { status opensAt closesAt purchaseLimit }
    s${i}: stock(productId: $id${i}) { total sold reserved remaining asOf }`,
      )
      .join('\n')}
  }`;
}

function operationFor(count: number): PlannedOperation {
  const source = liveOperation(count);
  return ownOperation(source, createHash('sha256').update(source).digest('base64url'));
}

function toState(
  productId: string,
  product: ProductAnswer | null,
  stock: StockAnswer | null,
): LiveState | null {
  if (!product) return null;
  const sale: SaleTerms = {
    opensAt: Date.parse(product.opensAt),
    closesAt: product.closesAt === null ? null : Date.parse(product.closesAt),
    withdrawn: product.status === 'WITHDRAWN',
    purchaseLimit: product.purchaseLimit,
  };
  if (!stock) return { productId, sale, stock: null };
  const { total, sold, reserved, remaining, asOf } = stock;
  return { productId, sale, stock: { total, sold, reserved, remaining, asOf: Date.parse(asOf) } };
}
