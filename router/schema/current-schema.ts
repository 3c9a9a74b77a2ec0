import type { Gateway } from './gateway.ts';
import type { ServingSchema } from './serving-schema.ts';

/**
 * The schema that requests are answered by at the moment. A request keeps the one that it began with to its end; one that was
 * replaced is closed when its last request is done.
 */
export class CurrentSchema {
  #current: Version;

  constructor(first: ServingSchema) {
    this.#current = new Version(first);
  }

  /** For a request. The schema stays open until it is released. */
  hold(): HeldSchema {
    return this.#current.hold();
  }

  /** For operations of the router itself, which belong to no request: each is planned by the schema that is served at that moment. */
  get gateway(): Pick<Gateway, 'schema' | 'execute'> {
    const schema = () => this.#current.serving.gateway.schema;
    return {
      get schema() {
        return schema();
      },
      execute: (...operation) => {
        const held = this.hold();
        return held.serving.gateway.execute(...operation).finally(() => held.release());
      },
    };
  }

  replace(next: ServingSchema): void {
    const before = this.#current;
    this.#current = new Version(next);
    void before.retire();
  }

  close(): Promise<void> {
    return this.#current.retire();
  }
}

/** A schema that is in use. */
export interface HeldSchema {
  readonly serving: ServingSchema;
  /** To be called once. */
  release(): void;
}

class Version implements HeldSchema {
  readonly serving: ServingSchema;
  #users = 0;
  #whenUnused: (() => void) | null = null;

  constructor(serving: ServingSchema) {
    this.serving = serving;
  }

  hold(): this {
    this.#users += 1;
    return this;
  }

  release(): void {
    this.#users -= 1;
    if (this.#users === 0) this.#whenUnused?.();
  }

  async retire(): Promise<void> {
    if (this.#users > 0)
      await new Promise<void>((resolve) => {
        this.#whenUnused = resolve;
      });
    await this.serving.close();
  }
}
