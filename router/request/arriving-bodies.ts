import { Fault } from '../../platform/errors.ts';
import type { HttpRequest } from '../../platform/http/server.ts';

const MIB = 1_048_576;
/** Memory for requests whose bodies are still arriving, in bytes: of one network, and in all. */
const ROOM = { network: 16 * MIB, all: 128 * MIB } as const;
/** What a request takes beside its body, in bytes. */
const EACH = 4_096;

type ArrivingRequest = Pick<HttpRequest, 'headers' | 'readBody' | 'refuseBody'>;

interface Arriving {
  readonly request: ArrivingRequest;
  readonly network: string;
  readonly bytes: number;
}

interface Room {
  /** The longest under way first. */
  readonly arriving: Set<Arriving>;
  bytes: number;
}

/**
 * Bodies that are on their way. They take no place of what has arrived, only memory, which is bounded: where there is no more
 * room, whoever has been sending for longest gives way. So a slow sender makes room for others of its own network, and an
 * ordinary request, which is here within a moment, is never the one.
 */
export class ArrivingBodies {
  readonly #maxBodyBytes: number;
  readonly #room: { readonly network: number; readonly all: number };
  readonly #all: Room = { arriving: new Set(), bytes: 0 };
  readonly #networks = new Map<string, Room>();

  constructor(maxBodyBytes: number, room: { readonly network: number; readonly all: number } = ROOM) {
    this.#maxBodyBytes = maxBodyBytes;
    this.#room = room;
  }

  /**
   * @param network of the client
   * @throws {Fault} UNAVAILABLE when it gave way; what `readBody` throws
   */
  async receive(request: ArrivingRequest, network: string): Promise<string> {
    const announced = Number(request.headers['content-length'] ?? this.#maxBodyBytes);
    const one: Arriving = { request, network, bytes: EACH + Math.min(announced, this.#maxBodyBytes) };
    this.#enter(one);
    try {
      return await request.readBody();
    } finally {
      this.#leave(one);
    }
  }

  #enter(one: Arriving): void {
    let room = this.#networks.get(one.network);
    if (!room) this.#networks.set(one.network, (room = { arriving: new Set(), bytes: 0 }));
    for (const each of [room, this.#all]) {
      each.arriving.add(one);
      each.bytes += one.bytes;
    }
    this.#makeRoom(room, this.#room.network, one);
    this.#makeRoom(this.#all, this.#room.all, one);
  }

  #makeRoom(room: Room, bytes: number, latest: Arriving): void {
    for (const slowest of room.arriving) {
      if (room.bytes <= bytes || slowest === latest) return;
      this.#leave(slowest);
      slowest.request.refuseBody(new Fault('UNAVAILABLE', 'The request took too long to arrive. Try again.'));
    }
  }

  #leave(one: Arriving): void {
    const room = this.#networks.get(one.network);
    if (!room?.arriving.has(one)) return;
    for (const each of [room, this.#all]) {
      each.arriving.delete(one);
      each.bytes -= one.bytes;
    }
    if (room.arriving.size === 0) this.#networks.delete(one.network);
  }
}
