/** The streams of one network of clients. */
export interface LiveNetwork {
  readonly name: string;
  /** Places that its clients have. */
  readonly size: number;
  /** Ends a stream and gives its place back; the newest is the last. */
  readonly streams: Set<() => void>;
}

interface Network extends LiveNetwork {
  size: number;
}

/** Networks with places, and which of them has the most: known without a search, since any client can cause it. */
export class NetworksBySize {
  readonly #byName = new Map<string, Network>();
  /** At each size the networks that have it. */
  readonly #bySize: Set<Network>[] = [];

  /** @returns the network of this name; a new one is kept from its first place on */
  of(name: string): LiveNetwork {
    return this.#byName.get(name) ?? { name, size: 0, streams: new Set() };
  }

  grow(network: LiveNetwork): void {
    this.#resize(network, network.size + 1);
  }

  shrink(network: LiveNetwork): void {
    this.#resize(network, network.size - 1);
  }

  largest(): LiveNetwork | undefined {
    return this.#bySize.at(-1)?.values().next().value;
  }

  #resize(network: Network, size: number): void {
    this.#bySize[network.size]?.delete(network);
    network.size = size;
    if (size === 0) this.#byName.delete(network.name);
    else {
      this.#byName.set(network.name, network);
      (this.#bySize[size] ??= new Set()).add(network);
    }
    while (this.#bySize.length > 0 && !this.#bySize.at(-1)?.size) this.#bySize.pop();
  }
}
