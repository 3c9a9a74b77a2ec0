import type { Logger } from '../logger.ts';
import type { Target } from './discovery.ts';
import { Instance, type InstanceOptions } from './instance.ts';
import { withoutCredentials } from '../without-credentials.ts';

/** The known instances of one service, and the load balancing between them. */
export class Instances {
  readonly #options: InstanceOptions;
  readonly #logger: Logger | undefined;
  readonly #known = new Map<string, Instance>();
  #roundRobin = 0;

  constructor(options: InstanceOptions) {
    this.#options = options;
    this.#logger = options.logger;
  }

  get count(): number {
    return this.#known.size;
  }

  /** Those that are not ejected. */
  get inUse(): number {
    let count = 0;
    for (const instance of this.#known.values()) if (!instance.isEjected) count++;
    return count;
  }

  /**
   * Replaces the set. A new instance gets requests after its first readiness check, unless it is the only one; a removed instance is drained:
   * it gets no new requests and completes those in progress.
   */
  set(targets: readonly Target[]): void {
    const areFirst = this.#known.size === 0;
    const named = new Map(
      targets.map((target) => [`${withoutCredentials(target.url)} ${target.address}`, target]),
    );
    for (const [name, target] of named) {
      if (this.#known.has(name)) continue;
      const instance = new Instance(target, this.#options);
      if (!areFirst) {
        this.#logger?.info({ instance: name }, 'an instance was found');
        instance.checkFirst();
      }
      this.#known.set(name, instance);
    }
    for (const [name, instance] of this.#known) {
      if (named.has(name)) continue;
      this.#logger?.info({ instance: name }, 'an instance is gone');
      this.#known.delete(name);
      void instance.close();
    }
  }

  /**
   * Least requests in progress, round-robin among equals. An ejected instance is chosen only where no other remains, since a failed attempt
   * is no worse than none.
   *
   * @param except the instances already tried
   */
  choose(except: ReadonlySet<Instance>): Instance | undefined {
    const all = [...this.#known.values()];
    const first = this.#roundRobin++;
    let best: Instance | undefined;
    for (let n = 0; n < all.length; n++) {
      const one = all[(first + n) % all.length]!;
      if (!except.has(one) && (!best || isBetter(one, best))) best = one;
    }
    return best;
  }

  /** @throws unless one of them is ready */
  async assertOneReady(): Promise<void> {
    await Promise.any([...this.#known.values()].map((instance) => instance.assertReady()));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#known.values()].map((instance) => instance.close()));
  }
}

const isBetter = (one: Instance, other: Instance): boolean =>
  one.isEjected === other.isEjected ? one.outstanding < other.outstanding : other.isEjected;
