import { Fault } from '../../platform/errors.ts';
import { ByteBudget, type BudgetLimits, type Holding } from '../../platform/http/byte-budget.ts';
import type { HttpRequest } from '../../platform/http/types.ts';

const MIB = 1_048_576;
/** The upload budget: memory for requests whose bodies are still arriving, in bytes. */
const LIMITS: BudgetLimits = { network: 16 * MIB, all: 128 * MIB };
/** What a request takes beside its body, in bytes. */
const EACH = 4_096;

type UploadingRequest = Pick<HttpRequest, 'headers' | 'readBody' | 'refuseBody'>;

interface Upload extends Holding {
  readonly request: UploadingRequest;
}

/**
 * Request bodies that are still arriving. They count against memory, which is bounded, and not against the requests at once: their
 * senders decide how long they last. Where the bound is exceeded, the longest-running upload is evicted (503).
 */
export class UploadBudget {
  readonly #maxBodyBytes: number;
  readonly #budget: ByteBudget<Upload>;

  constructor(maxBodyBytes: number, limits: BudgetLimits = LIMITS) {
    this.#maxBodyBytes = maxBodyBytes;
    this.#budget = new ByteBudget(limits, ({ request }) =>
      request.refuseBody(new Fault('UNAVAILABLE', 'The request took too long to arrive. Try again.')),
    );
  }

  /**
   * @param network of the client
   * @throws {Fault} UNAVAILABLE when it was evicted; what `readBody` throws
   */
  async receive(request: UploadingRequest, network: string): Promise<string> {
    const announced = Number(request.headers['content-length'] ?? this.#maxBodyBytes);
    const body: Upload = {
      request,
      network,
      bytes: EACH + Math.min(announced, this.#maxBodyBytes),
    };
    this.#budget.hold(body);
    try {
      return await request.readBody();
    } finally {
      this.#budget.release(body);
    }
  }
}
