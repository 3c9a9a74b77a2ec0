import type { HttpReply, HttpRequest } from '../../platform/http/types.ts';
import { REQUEST_ID_HEADER } from '../../platform/identity/identity.ts';
import { acceptRequestId } from '../../platform/identity/request-id.ts';
import type { Logger } from '../../platform/logger.ts';
import { clientNetworkOf } from '../../platform/rate-limit/client-network.ts';
import { clientAddressOf, type TrustedProxies } from './client-address.ts';
import { answerType } from './content-type.ts';

/** What is worked out of a request's head, once, at the edge: everything behind it is given this object. */
export class RequestContext {
  /** The client's own id when it is a harmless one, else one made here. It is in the logs of every process that works on the request. */
  readonly requestId: string;
  /** When it may have arrived at the earliest, in milliseconds since 1970: see `ArrivalClock`. */
  readonly receivedAt: number;
  /** From where the client connects. */
  readonly clientAddress: string;
  /** What limits per client count by: `clientNetworkOf` the address. */
  readonly clientNetwork: string;
  /** The client's `Accept`. */
  readonly accept: string | undefined;
  /** Of a GraphQL answer, by `accept`. */
  readonly contentType: string;
  /** Called with the reply to the request, whether a handler made it or a fault became it. */
  onReply: ((reply: HttpReply) => void) | null = null;
  readonly #logger: Logger;
  #child: Logger | null = null;

  constructor(
    request: Pick<HttpRequest, 'headers' | 'remoteAddress'>,
    receivedAt: number,
    trustedProxies: TrustedProxies,
    logger: Logger,
  ) {
    const { headers } = request;
    this.receivedAt = receivedAt;
    this.requestId = acceptRequestId(headers[REQUEST_ID_HEADER]);
    this.clientAddress = clientAddressOf(request, trustedProxies);
    this.clientNetwork = clientNetworkOf(this.clientAddress);
    this.accept = headers.accept;
    this.contentType = answerType(headers.accept);
    this.#logger = logger;
  }

  /** Writes the request id in each line. Made when the first line is written: most requests write none. */
  get logger(): Logger {
    return (this.#child ??= this.#logger.child({ requestId: this.requestId }));
  }

  isLogged(level: 'info' | 'debug'): boolean {
    return this.#logger.isLevelEnabled(level);
  }
}
