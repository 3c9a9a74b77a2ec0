import type { Logger } from '../logger.ts';
import type { Target } from './discovery.ts';
import { Instance, type InstanceOptions } from './instance.ts';
import { withoutCredentials } from '../without-credentials.ts';

/** The instances of one service, as they come and go. */
export class Instances {
  readonly #options: InstanceOptions;
  readonly #logger: Logger | undefined;
  readonly #known = new Map<string, Instance>();
  #turn = 0;

  constructor(options: InstanceOptions) {
    this.#options = options;
    this.#logger = options.logger;
  }

  get count(): number {
    return this.#known.size;
  }

  /** Those that are not left out. */
  get inUse(): number {
    let count = 0;
    for (const instance of this.#known.values()) if (!instance.isOut) count++;
    return count;
  }

  /**
   * From now on these. One that is new joins after its first check, unless there is none beside it; one that is gone gets
   * nothing new and answers what it has.
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
   * The one with the fewest requests under way, in turn among equals. One that is left out is chosen only where no other
   * remains: being asked in vain is no worse than not being asked.
   *
   * @param except those that were tried
   */
  choose(except: ReadonlySet<Instance>): Instance | undefined {
    const all = [...this.#known.values()];
    const first = this.#turn++;
    let best: Instance | undefined;
    for (let n = 0; n < all.length; n++) {
      const one = all[(first + n) % all.length]!;
      if (!except.has(one) && (!best || isBetter(one, best))) best = one;
    }
    return best;
  }

  /** @throws unless one of them says that it is ready */
  async assertOneReady(): Promise<void> {
    await Promise.any([...this.#known.values()].map((instance) => instance.assertReady()));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#known.values()].map((instance) => instance.close()));
  }
}

const isBetter = (one: Instance, other: Instance): boolean =>
  one.isOut === other.isOut ? one.outstanding < other.outstanding : other.isOut;
