import type { Edit, Mutant } from './mutant.ts';

const ORDER = 'subgraphs/order';
const test = (file: string, title: string) => ({ file, test: title });
const inOrder = (file: string, search: string, replace: string): Edit => ({
  file: `${ORDER}/${file}`,
  search,
  replace,
});

const ORDER_BATCH = `${ORDER}/batch/order-batch.integration.test.ts`;
const REAPER = `${ORDER}/purchase/reaper.integration.test.ts`;
const REBUILD = `${ORDER}/stock/rebuild.integration.test.ts`;
const MOVEMENTS = `${ORDER}/stock/movements.integration.test.ts`;
const PURCHASE = `${ORDER}/purchase/purchase.integration.test.ts`;

/** By the step of a purchase that they change. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'no-deadline',
    breaks: 'The script admits an attempt after its deadline.',
    edits: [inOrder('stock/lua/reserve-8.lua', 'if now > deadline then', 'if false then')],
    caughtBy: test(ORDER_BATCH, 'that runs out of time before it is admitted buys nothing later on'),
  },
  {
    name: 'no-redis-identity',
    breaks: 'The scripts do not compare the gate with the id of their server.',
    edits: [
      inOrder(
        'stock/lua/include/current-epoch.lua',
        'if gate_server_id ~= server_id then',
        'if gate_server_id == nil then',
      ),
    ],
    caughtBy: test(
      `${ORDER}/stock/failback.integration.test.ts`,
      'data that a failover lost and a failback brought home',
    ),
  },
  {
    name: 'no-mysql-identity',
    breaks: 'All MySQL servers have the same identity.',
    edits: [
      {
        file: 'platform/mysql/server-identity.ts',
        search: '.update(JSON.stringify(parts))',
        replace: ".update('')",
      },
    ],
    caughtBy: test(
      `${ORDER}/stock/another-mysql.integration.test.ts`,
      'its unit is for sale, once, by every process',
    ),
  },
  {
    name: 'no-window',
    breaks: 'The script admits purchases after the sale has closed.',
    edits: [
      inOrder(
        'stock/lua/reserve-8.lua',
        'elseif closes_at ~= 0 and now >= closes_at then',
        'elseif false then',
      ),
    ],
    caughtBy: test(PURCHASE, 'before the sale opens or after it closes is refused with the time'),
  },
  {
    name: 'no-script-guard',
    breaks: 'The script admits more purchases than there are units left; MySQL refuses them.',
    edits: [
      inOrder(
        'stock/lua/reserve-8.lua',
        'elseif is_guarded and total - sold - reserved < quantity then',
        'elseif false then',
      ),
    ],
    caughtBy: test(`${ORDER}/stock/stock-scripts.integration.test.ts`, 'agree with a model'),
  },
  {
    name: 'no-stock-guard',
    breaks: 'MySQL takes units without a look at what is left.',
    edits: [
      inOrder(
        'stock/stock-repository.ts',
        "(isLeftOut(STOCK_GUARD) ? '' : ` AND ${condition}`)",
        "(condition && '')",
      ),
    ],
    caughtBy: test(ORDER_BATCH, 'that fits only in part goes to those who were admitted first'),
  },
  {
    name: 'epoch-not-checked',
    breaks: 'MySQL writes batches that were admitted before a rebuild.',
    edits: [
      inOrder('stock/stock-repository.ts', 'product_id = ? AND epoch = ?', 'product_id = ? AND ? > 0'),
      inOrder('stock/stock-repository.ts', 'WHERE stock.epoch = takes.epoch', 'WHERE takes.epoch > 0'),
    ],
    caughtBy: test(ORDER_BATCH, 'admitted before a rebuild is admitted anew after it, and counted once'),
  },
  {
    name: 'limit-by-redis-alone',
    breaks: 'MySQL does not check the limit of a buyer.',
    edits: [inOrder('batch/write-orders.ts', 'if (excess.length > 0) {', 'if (excess.length < 0) {')],
    caughtBy: test(ORDER_BATCH, 'never takes a buyer over the limit, whatever Redis took them to hold'),
  },
  {
    name: 'last-come-first-served',
    breaks: 'Where a batch fits in part, the highest sequence numbers win.',
    edits: [
      inOrder(
        'orders/pending-order.ts',
        'seqOf(a, productId) - seqOf(b, productId);',
        'seqOf(b, productId) - seqOf(a, productId);',
      ),
    ],
    caughtBy: test(
      `${ORDER}/batch/partial-fit.test.ts`,
      'goes to the lowest sequence numbers, however the batch lies',
    ),
  },
  {
    name: 'commit-error-ignored',
    breaks: 'A COMMIT that was not answered counts as done.',
    edits: [
      inOrder(
        'batch/write-orders.ts',
        "throw new CommitOutcomeUnknown('COMMIT was not answered', { cause });",
        '',
      ),
    ],
    caughtBy: test(
      ORDER_BATCH,
      'that never arrived is sent again, with the whole transaction, in the place that the buyer had',
    ),
  },
  {
    name: 'select-as-resolver',
    breaks: 'After a COMMIT that was not answered, what a SELECT finds is the outcome.',
    edits: [
      inOrder(
        'batch/batch-writer.ts',
        'recordUnknownCommit(rest);',
        `const records = await this.#options.orders.findRecords(rest.map(({ order }) => order.id));
      for (const one of rest) {
        const { id: orderId, userId } = one.order;
        results.set(one, toWriteResult(one, records.get(orderId) ?? ({ kind: 'tombstone', orderId, userId } as never)));
      }`,
      ),
    ],
    caughtBy: test(ORDER_BATCH, 'whose session cannot be ended is waited for'),
  },
  {
    name: 'any-reservation-is-confirmed',
    breaks: 'A reservation is confirmed by an order that another reservation admitted.',
    edits: [inOrder('purchase/settle-reservation.ts', '&& seq === reservation.seq', '&& seq > 0')],
    caughtBy: test(REAPER, 'is given back when a rebuild has counted its order already'),
  },
  {
    name: 'release-without-tombstone',
    breaks: 'An admitted purchase is aborted without a tombstone.',
    edits: [
      inOrder(
        'purchase/held-reservations.ts',
        'const record = await this.#deps.tombstones.settle(attempt);',
        "const record = { kind: 'tombstone' } as never as OrderRecord;",
      ),
    ],
    caughtBy: test(
      `${ORDER}/orders/expired-tombstones.integration.test.ts`,
      'an admitted purchase that was frozen for longer than it may be written is aborted',
    ),
  },
  {
    name: 'reaper-without-tombstone',
    breaks: 'The reaper releases what is due without a tombstone.',
    edits: [
      inOrder(
        'purchase/reaper.ts',
        'const record = await this.#tombstones.settle({ orderId: reservation.orderId, userId });',
        "const record = { kind: 'tombstone', userId } as never;",
      ),
    ],
    caughtBy: test(REAPER, 'is confirmed when its order was committed'),
  },
  {
    name: 'no-look-before-a-refusal',
    breaks: 'A refusal is given without a look in MySQL.',
    edits: [
      inOrder('purchase/final-refusals.ts', 'if (before) return replay(attempt, before);', 'void before;'),
    ],
    caughtBy: test(REBUILD, 'a key that was confirmed before is answered with the same order'),
  },
  {
    name: 'no-trace-of-a-refusal',
    breaks: 'A refusal is not remembered.',
    edits: [
      inOrder(
        'stock/refusal-memory.ts',
        'return () => this.#marks.submit(scope, { orderId: redisId(orderId), epoch });',
        'return () => Promise.resolve(epoch !== -1);',
      ),
    ],
    caughtBy: test(
      `${ORDER}/purchase/final-refusals.integration.test.ts`,
      'binds an attempt that was held up right before it reserved',
    ),
  },
  {
    name: 'key-for-any-request',
    breaks: 'A used key is answered with its order, whatever the request.',
    edits: [
      inOrder('purchase/replay.ts', 'if (!record.requestHash.equals(attempt.requestHash))', 'if (!attempt)'),
    ],
    caughtBy: test(PURCHASE, 'of another quantity or product under a used key is refused'),
  },
  {
    name: 'rebuild-in-the-same-epoch',
    breaks: 'A rebuild does not begin a new epoch.',
    edits: [
      inOrder(
        'stock/next-epoch.ts',
        'return (isAtEnd ? furthest : Math.min(Math.max(from, shown), furthest)) + 1;',
        'return Math.max(isAtEnd ? furthest : Math.min(Math.max(from, shown), furthest), 1);',
      ),
    ],
    caughtBy: test(ORDER_BATCH, 'admitted before a rebuild is admitted anew after it, and counted once'),
  },
  {
    name: 'rebuild-without-lock',
    breaks: 'A rebuild that has lost its lock opens the gate.',
    edits: [
      inOrder('stock/lua/openGate-2.lua', "if redis.call('GET', KEYS[2]) ~= ARGV[1] then return -1 end", ''),
    ],
    caughtBy: test(REBUILD, 'does not open the gate, and the next one does'),
  },
  {
    name: 'return-without-epoch',
    breaks: 'A return is applied to the current epoch, whichever it was stamped with.',
    edits: [
      inOrder(
        'stock/stock-counters.ts',
        'const { stock, holding, applied } = keys.ofEpoch(movement.productId, movement.epoch);',
        `const current = (await this.#store.fence.currentEpoch(movement.productId)) ?? movement.epoch;
    const { stock, holding, applied } = keys.ofEpoch(movement.productId, current);`,
      ),
      inOrder(
        'stock/stock-counters.ts',
        'movement.epoch,\n        redisId(movement.id)',
        'current,\n        redisId(movement.id)',
      ),
    ],
    caughtBy: test(MOVEMENTS, 'written before a rebuild and applied after it counts once'),
  },
  {
    name: 'return-twice',
    breaks: 'A return that was applied before is applied again.',
    edits: [
      inOrder(
        'stock/lua/applyMovement-4.lua',
        "if redis.call('ZSCORE', KEYS[4], ARGV[2]) then return 2 end",
        '',
      ),
    ],
    caughtBy: test(MOVEMENTS, 'applied twice counts once'),
  },
  {
    name: 'late-money-kept',
    breaks: 'Money that arrives for an order that does not hold is not owed.',
    edits: [inOrder('payment/conclude-payment.ts', "await become('REFUND_DUE');", '')],
    caughtBy: test(
      `${ORDER}/payment/unresolved-payment.integration.test.ts`,
      'is given back, once, where they are sold to another buyer',
    ),
  },
  {
    name: 'redis-driver-defaults',
    breaks: 'The Redis client queues and resends commands, as ioredis does by default.',
    edits: [
      { file: 'platform/redis/client.ts', search: 'maxRetriesPerRequest: 0,', replace: '' },
      { file: 'platform/redis/new-client.ts', search: 'enableOfflineQueue: false, ', replace: '' },
    ],
    caughtBy: test(
      'platform/redis/client.integration.test.ts',
      'a command whose reply is lost is not sent again',
    ),
  },
  {
    name: 'mysql-driver-defaults',
    breaks: 'A session that is silent keeps its locks for as long as the server has by default.',
    edits: [
      {
        file: 'platform/mysql/connection-options.ts',
        search: 'SET SESSION wait_timeout = ${waitTimeoutS}, ',
        replace: 'SET SESSION ',
      },
    ],
    caughtBy: test(
      `${ORDER}/batch/mysql-trouble.integration.test.ts`,
      'delays no other purchase beyond its timeout: the server ends it before',
    ),
  },
];
