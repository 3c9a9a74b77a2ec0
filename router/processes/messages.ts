/** What the primary and a worker send each other, over the channel of `fork`; both directions keep the order. */
export type ToWorker =
  /** With the socket. */
  | 'connection'
  /** Shut down gracefully. */
  | 'stop'
  /** No connection follows. */
  | 'closed';

export type ToPrimary =
  | 'ready'
  /** The connection has been received. */
  | 'received'
  /** All responses are paused, so that no client reconnects: the port can be closed. */
  | 'paused';
