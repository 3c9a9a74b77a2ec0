import type { IncomingHttpHeaders } from 'node:http';
import type { Writable } from 'node:stream';
import type { Fault, FaultCode } from '../errors.ts';

/** A request as a handler gets it. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string;
  /** Aborted when the response can no longer be delivered: the client has disconnected, or has sent another request behind a stream. */
  readonly gone: AbortSignal;
  /**
   * When the server ends, a body that is still arriving is refused.
   *
   * @throws {Fault} PAYLOAD_TOO_LARGE; BAD_REQUEST when it does not arrive, or is not UTF-8; UNAVAILABLE
   */
  readBody(): Promise<string>;
  /** Lets `readBody` reject with this fault if the body is still arriving. */
  refuseBody(reason: Fault): void;
}

export interface HttpReply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  /** For log and metrics: the worst fault in the body. */
  readonly fault?: FaultCode;
  /**
   * In the place of `body`: a streamed response. Called with the response once the head is sent. The handler ends it, before the server
   * closes, and respects the backpressure of `Writable` for clients that read slowly.
   */
  readonly stream?: (out: Writable) => void;
  /** In the place of `body`: one that is written in parts. Called once the head is sent; the connection goes on behind it. */
  readonly parts?: (out: BodyParts) => void;
}

/** A body that is written in parts. Nothing is written once the client has gone. */
export interface BodyParts {
  /** Those of one turn of the event loop go out together. */
  write(part: string): void;
  /** @param last given whether the server closes the connection behind this response, although its head does not say so */
  end(last: (closes: boolean) => string): void;
}

export type Handler = (request: HttpRequest) => HttpReply | Promise<HttpReply>;
