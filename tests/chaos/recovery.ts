import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '../harness/service.ts';
import type { ChaosSystem } from './chaos-system.ts';
import type { Call } from './history.ts';
import { OPERATIONS, sendThrough, sendTo, type OperationSubjects } from './operations.ts';

const AGAIN_MS = 250;

interface Recovered {
  /** An operation, and the process that it was sent to. */
  readonly what: string;
  /** Milliseconds from the healing to the first success; null without one. */
  readonly afterMs: number | null;
  readonly lastAnswer: string;
}

/**
 * Sends every operation to every process that serves it, directly and through each router, repeatedly until each has succeeded.
 *
 * @param healedAt of `performance.now()`
 * @param onCall is given every call that was made
 */
export function measureRecovery(
  system: ChaosSystem,
  subjects: OperationSubjects,
  healedAt: number,
  withinMs: number,
  onCall: (made: Call) => void,
): Promise<Recovered[]> {
  const { routers } = system.stack;
  const probes = OPERATIONS.flatMap((operation) => [
    ...routers.map((router, i) => ({
      what: `${operation.name} at router ${i + 1}`,
      send: () => sendThrough(router, operation, system, subjects),
    })),
    ...system.stack[operation.of].map((service, i) => ({
      what: `${operation.name} at ${operation.of} ${i + 1}`,
      send: () => sendTo(service, operation, subjects),
    })),
  ]);
  return Promise.all(
    probes.map(async ({ what, send }) => {
      let lastAnswer = 'nothing to work on';
      while (performance.now() - healedAt < withinMs) {
        const made = await send();
        if (made) {
          onCall(made);
          lastAnswer = made.answer;
          if (made.outcome === 'yes') return { what, afterMs: made.endedAt - healedAt, lastAnswer };
        }
        await sleep(AGAIN_MS);
      }
      return { what, afterMs: null, lastAnswer };
    }),
  );
}

/** The response of `/health/ready` of every process, sampled four times a second. */
export class ReadinessWatch {
  readonly #notReady = new Set<Service>();
  readonly #timer: NodeJS.Timeout;

  constructor(services: readonly Service[]) {
    this.#timer = setInterval(() => {
      for (const service of services) void this.#look(service);
    }, 250);
  }

  /** @returns such as `order 2/2`: how many of each service were not ready, or silent, at any time since the last call */
  take(services: readonly Service[]): string {
    const names = [...new Set(services.map(({ name }) => name))];
    const parts = names.flatMap((name) => {
      const all = services.filter((service) => service.name === name);
      const seen = all.filter((service) => this.#notReady.has(service));
      if (seen.length === 0) return [];
      return [`${name} ${seen.length}/${all.length}`];
    });
    this.#notReady.clear();
    return parts.join(', ') || 'all ready';
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(service: Service): Promise<void> {
    const isReady = await fetch(`${service.url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
    if (!isReady) this.#notReady.add(service);
  }
}
