import { Redis } from 'ioredis';
import { createPool, type ResultSetHeader } from 'mysql2/promise';
import { v7 } from 'uuid';
import { uuidToBytes } from '../../../platform/uuid.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Attempt {
  readonly productId: string;
  readonly user: string;
  readonly key: string;
  readonly answer: (answer: Answer) => void;
}

export interface Purchases {
  purchase(productId: string, user: string, key: string): Promise<Answer>;
}

/** Takes a unit for each key that is new, and remembers the key: 1 taken, 2 taken before, 0 nothing left. */
const RESERVE = `
local left = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0)
local taken, replies = 0, {}
for i = 2, #ARGV do
  if redis.call('SISMEMBER', KEYS[2], ARGV[i]) == 1 then replies[i - 1] = 2
  elseif left - taken < 1 then replies[i - 1] = 0
  else
    taken = taken + 1
    redis.call('SADD', KEYS[2], ARGV[i])
    replies[i - 1] = 1
  end
end
if taken > 0 then redis.call('HSET', KEYS[1], ARGV[1], left - taken) end
return replies`;

/** The purchases of a turn of the event loop share a script call; those that arrive while a transaction runs share the next one. */
export async function openPurchases(mysqlUrl: string, redisUrl: string): Promise<Purchases> {
  const redis = new Redis(redisUrl);
  const script = (await redis.script('LOAD', RESERVE)) as string;
  const mysql = createPool({ uri: mysqlUrl, connectionLimit: 1, multipleStatements: true });
  const connection = await mysql.getConnection();
  let ofThisTurn: Attempt[] = [];
  let admitted: Attempt[] = [];
  let isWriting = false;

  return {
    purchase: (productId, user, key) =>
      new Promise((answer) => {
        if (ofThisTurn.length === 0) setImmediate(() => void reserve());
        ofThisTurn.push({ productId, user, key, answer });
      }),
  };

  /** All are of one product, as in a sale. */
  async function reserve(): Promise<void> {
    const attempts = ofThisTurn;
    ofThisTurn = [];
    const keys = attempts.map(({ key }) => key);
    const codes = (await redis.evalsha(
      script,
      2,
      'stock',
      'keys',
      attempts[0]!.productId,
      ...keys,
    )) as number[];
    attempts.forEach((attempt, i) => {
      if (codes[i] === 1) admitted.push(attempt);
      else attempt.answer(codes[i] === 0 ? SOLD_OUT : REPLAYED);
    });
    if (!isWriting && admitted.length > 0) void write();
  }

  async function write(): Promise<void> {
    isWriting = true;
    while (admitted.length > 0) {
      const batch = admitted;
      admitted = [];
      await commit(batch);
    }
    isWriting = false;
  }

  async function commit(batch: readonly Attempt[]): Promise<void> {
    const productId = uuidToBytes(batch[0]!.productId);
    const ids = batch.map(() => v7());
    const rows = batch.map(({ user, key }, i) => [
      uuidToBytes(ids[i]!),
      productId,
      uuidToBytes(user),
      key,
      12_000,
    ]);
    const [results] = await connection.query<ResultSetHeader[]>(
      `START TRANSACTION;
       INSERT INTO orders (id, product_id, user_id, idempotency_key, amount) VALUES ?;
       UPDATE stock SET sold = sold + ? WHERE product_id = ? AND total - sold >= ?;
       COMMIT`,
      [rows, batch.length, productId, batch.length],
    );
    if (results[2]!.affectedRows !== 1) throw new Error('The guard of the stock has refused.');
    batch.forEach(({ answer }, i) => answer(confirmed(ids[i]!)));
  }
}

const SOLD_OUT: Answer = { status: 200, text: '{"__typename":"SoldOut","message":"Sold out."}' };
const REPLAYED: Answer = { status: 200, text: '{"__typename":"PurchaseConfirmed","replayed":true}' };

const confirmed = (id: string): Answer => ({
  status: 200,
  text: `{"__typename":"PurchaseConfirmed","replayed":false,"order":{"id":"${id}","status":"PENDING_PAYMENT","total":{"amount":12000,"currency":"KRW"}}}`,
});
