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

  use<Result>(act: (serving: ServingSchema) => Promise<Result>): Promise<Result> {
    return this.#current.use(act);
  }

  /** For operations of the router itself, which belong to no request: each is planned by the schema that is served at that moment. */
  get gateway(): Pick<Gateway, 'schema' | 'execute'> {
    const schema = () => this.#current.serving.gateway.schema;
    return {
      get schema() {
        return schema();
      },
      execute: (...operation) => this.use(({ gateway }) => gateway.execute(...operation)),
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

class Version {
  readonly serving: ServingSchema;
  #users = 0;
  #whenUnused: (() => void) | null = null;

  constructor(serving: ServingSchema) {
    this.serving = serving;
  }

  async use<Result>(act: (serving: ServingSchema) => Promise<Result>): Promise<Result> {
    this.#users += 1;
    try {
      return await act(this.serving);
    } finally {
      this.#users -= 1;
      if (this.#users === 0) this.#whenUnused?.();
    }
  }

  async retire(): Promise<void> {
    if (this.#users > 0)
      await new Promise<void>((resolve) => {
        this.#whenUnused = resolve;
      });
    await this.serving.close();
  }
}
