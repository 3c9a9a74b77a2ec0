import type { Dispatcher } from 'undici';
import type { IdentityKey } from '../identity/signed-identity.ts';
import { parseBatchLimits, type BatchLimits } from '../operation-batch/batch-limits.ts';
import { batchEntry, batchFrame } from '../operation-batch/batch-request.ts';
import { batchRequest, remainingMsOf, singleRequest, type Call } from './call.ts';
import { httpPost, type PostResponse } from './http-post.ts';
import { documentJson } from './operation.ts';
import { postBatch, type Pending } from './post-batch.ts';
import type { SubgraphReply } from './reply.ts';

/** Calls of one document, collected during a turn of the event loop. */
interface Group {
  readonly operationName: string | undefined;
  readonly pending: Pending[];
}

/** A batch is refused as such, and none of its operations is executed: not known, too large, or of another type than is expected. */
const REFUSED_BATCH: ReadonlySet<number> = new Set([400, 413, 415]);

/**
 * Sends operations to one instance. Those of one document that begin in the same turn of the event loop go down together, where the process there
 * accepts batches; one that is alone in its turn goes as a request of its own. The turn ends with `setImmediate`, behind all input that
 * is there to be read, so no operation waits for another to arrive.
 */
export class OperationSender {
  readonly #dispatcher: Dispatcher;
  readonly #path: string;
  readonly #key: IdentityKey | null;
  #groups = new Map<string, Group>();
  /** Of the process that last refused an identity that did not name it; null until then. */
  #instanceId: string | null = null;
  /** Null: no batch may be sent. */
  #limits: BatchLimits | null = null;

  /** @param key null: no identity is sent, and no batch */
  constructor(dispatcher: Dispatcher, path: string, key: IdentityKey | null) {
    this.#dispatcher = dispatcher;
    this.#path = path;
    this.#key = key;
  }

  /** @throws {DeadlineExceeded}, or as undici does */
  send(call: Call): Promise<PostResponse> {
    if (!this.#limits) return this.#sendAlone(call);
    return new Promise((resolve, reject) => this.#collect({ call, resolve, reject }));
  }

  async #sendAlone(call: Call): Promise<PostResponse> {
    const remainingMs = remainingMsOf(call);
    const request = singleRequest(this.#key, call, remainingMs, this.#instanceId);
    const response = await httpPost(this.#dispatcher, { path: this.#path, ...request }, remainingMs);
    this.#learn(response);
    return response;
  }

  #collect(pending: Pending): void {
    const { query, operationName } = pending.call.operation;
    if (this.#groups.size === 0) setImmediate(() => this.#endTurn());
    const group = this.#groups.get(query);
    if (!group) this.#groups.set(query, { operationName, pending: [pending] });
    else if (group.operationName === operationName) group.pending.push(pending);
    else this.#sendEach([pending]);
  }

  #endTurn(): void {
    const groups = this.#groups;
    this.#groups = new Map();
    for (const [query, { operationName, pending }] of groups) {
      if (pending.length === 1 || !this.#limits || !this.#key) this.#sendEach(pending);
      else
        this.#sendTogether(this.#key, this.#limits, batchFrame(documentJson(query), operationName), pending);
    }
  }

  #sendEach(pending: readonly Pending[]): void {
    for (const { call, resolve, reject } of pending) this.#sendAlone(call).then(resolve, reject);
  }

  /** As few requests as the limits allow. */
  #sendTogether(
    key: IdentityKey,
    limits: BatchLimits,
    [head, tail]: readonly [string, string],
    all: readonly Pending[],
  ): void {
    const now = performance.now();
    const frameBytes = Buffer.byteLength(head) + tail.length;
    let pending: Pending[] = [];
    let entries: string[] = [];
    let bytes = frameBytes;
    const send = () => {
      if (pending.length === 1) this.#sendEach(pending);
      else if (pending.length > 1) this.#sendBatch(key, `${head}${entries.join(',')}${tail}`, pending);
      [pending, entries, bytes] = [[], [], frameBytes];
    };
    for (const one of all) {
      const { identity, variables } = one.call;
      const entry = batchEntry({ ...identity, remainingMs: remainingMsOf(one.call, now) }, variables);
      const size = Buffer.byteLength(entry) + 1;
      if (pending.length === limits.operations || bytes + size > limits.bytes) send();
      pending.push(one);
      entries.push(entry);
      bytes += size;
    }
    send();
  }

  #sendBatch(key: IdentityKey, body: string, pending: readonly Pending[]): void {
    const { requestId } = pending[0]!.call.identity;
    const request = batchRequest(key, { body, operations: pending.length, requestId }, this.#instanceId);
    postBatch(this.#dispatcher, { path: this.#path, ...request }, pending, (response, waiting) => {
      this.#learn(response);
      if (REFUSED_BATCH.has(response.status)) {
        this.#limits = null;
        this.#sendEach(waiting);
      } else if (isRefusal(response)) for (const { resolve } of waiting) resolve(response);
      else for (const { reject } of waiting) reject(new Error('The response is none to a batch.'));
    });
  }

  /** A process that replaces another one states its id and its limits anew. */
  #learn({ misdirectedTo, batchLimits }: PostResponse): void {
    if (!this.#key) return;
    if (misdirectedTo !== null) this.#instanceId = misdirectedTo;
    if (misdirectedTo !== null || batchLimits !== '') this.#limits = parseBatchLimits(batchLimits);
  }
}

/** Whether a response to the request as a whole holds for each operation of a batch. Data is that of one caller, which no other may get. */
function isRefusal({ status, text }: PostResponse): boolean {
  if (status < 400) return false;
  try {
    return ((JSON.parse(text) as SubgraphReply | null)?.data ?? null) === null;
  } catch {
    return true;
  }
}
