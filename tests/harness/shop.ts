import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reply, Stack } from './stack.ts';

/** What an administrator and a buyer do, through the router. */

type Shop = { readonly execute: (query: string, variables?: object, token?: string) => Promise<Reply> };

export const newKey = (): string => randomBytes(12).toString('base64url');

export interface Sale {
  readonly units: number;
  readonly name?: string;
  readonly purchaseLimit?: number;
  /** A minute ago, when left out. */
  readonly opensAt?: Date;
  /** In an hour, when left out. */
  readonly closesAt?: Date;
}

/** Puts a product on sale. @returns its id */
export async function openSale(
  stack: Pick<Stack, 'execute' | 'mint'>,
  { units, ...sale }: Sale,
): Promise<string> {
  const id = await createProduct(stack, sale);
  await restock(stack, id, units);
  return id;
}

/** A product without stock. @returns its id */
export async function createProduct(
  stack: Pick<Stack, 'execute' | 'mint'>,
  {
    name = 'Lucky box',
    purchaseLimit,
    opensAt = new Date(Date.now() - 60_000),
    closesAt = new Date(Date.now() + 3_600_000),
  }: Omit<Sale, 'units'> = {},
): Promise<string> {
  const created = await stack.execute(
    'mutation ($input: CreateProductInput!) { createProduct(input: $input) { __typename ... on ProductSaved { product { id } } } }',
    {
      input: {
        name,
        type: 'FLASH_SALE',
        price: { amount: 12_000 },
        opensAt: opensAt.toISOString(),
        closesAt: closesAt.toISOString(),
        ...(purchaseLimit ? { purchaseLimit } : {}),
      },
    },
    stack.mint.administrator(),
  );
  const id = (created.data?.['createProduct'] as { product?: { id: string } } | undefined)?.product?.id;
  if (!id) throw new Error(`the product was not created: ${JSON.stringify(created)}`);
  return id;
}

export async function restock(
  stack: Pick<Stack, 'execute' | 'mint'>,
  productId: string,
  change: number,
): Promise<void> {
  const restocked = await stack.execute(
    'mutation ($input: RestockInput!) { restock(input: $input) { __typename } }',
    { input: { productId, change, idempotencyKey: newKey() } },
    stack.mint.administrator(),
  );
  if (JSON.stringify(restocked.data) !== '{"restock":{"__typename":"Restocked"}}') {
    throw new Error(`the product was not restocked: ${JSON.stringify(restocked)}`);
  }
}

export interface Answer {
  /** The union member, or the code of the fault in its place. */
  readonly __typename: string;
  readonly order?: { readonly id: string };
  /** When to retry, in milliseconds, if the response has it. */
  readonly retryAfterMs?: number;
  readonly replayed?: boolean;
}

const PURCHASE = `mutation Purchase($input: PurchaseInput!) {
  purchase(input: $input) {
    __typename
    ... on PurchaseConfirmed { replayed order { id } }
    ... on Busy { retryAfterMs }
    ... on OutcomeUnknown { retryAfterMs }
  }
}`;

export async function purchase(
  stack: Shop,
  productId: string,
  token: string,
  key = newKey(),
  quantity = 1,
): Promise<Answer> {
  const reply = await stack.execute(PURCHASE, { input: { productId, quantity, idempotencyKey: key } }, token);
  const answer = reply.data?.['purchase'] as Answer | null | undefined;
  if (answer) return answer;
  const { code = `HTTP ${reply.status}`, retryAfterMs } = reply.errors?.[0]?.extensions ?? {};
  return { __typename: code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** Retries with the same key, as the schema requires of clients, until the result is final. */
export async function purchaseToTheEnd(
  stack: Shop,
  productId: string,
  token: string,
  key = newKey(),
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await purchase(stack, productId, token, key);
    if (!['Busy', 'OutcomeUnknown', 'TIMEOUT', 'UNAVAILABLE'].includes(answer.__typename) || attempt === 100)
      return answer;
    await sleep((answer.retryAfterMs ?? 0) * (0.5 + Math.random()));
  }
}

export interface StockNumbers {
  readonly total: number;
  readonly sold: number;
  readonly reserved: number;
  readonly remaining: number;
}

export async function readStock(stack: Shop, productId: string): Promise<StockNumbers> {
  const reply = await stack.execute(
    'query ($id: ID!) { stock(productId: $id) { total sold reserved remaining } }',
    {
      id: productId,
    },
  );
  return reply.data?.['stock'] as StockNumbers;
}

/** How often each answer was given. */
export function countAnswers(answers: readonly { readonly __typename: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { __typename } of answers) counts[__typename] = (counts[__typename] ?? 0) + 1;
  return counts;
}
