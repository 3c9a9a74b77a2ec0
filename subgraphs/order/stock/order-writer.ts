/**
 * The MySQL server that orders are written to. Numbers in Redis hold only for the server that they came from: a replica that was promoted
 * may lack the last orders, or movements of stock, at the same epoch.
 */
export interface OrderWriter {
  /** Of the session that the next batch is written by, or else of the one before; null before the first. */
  readonly serverId: string | null;
  /** @returns the same, once there is a session @throws when MySQL cannot be reached */
  connect(): Promise<string>;
  /**
   * Compares with the server of a new connection, to which the address of MySQL leads now. A session on another server is ended.
   *
   * @returns whether both are the same server @throws when MySQL cannot be reached
   */
  isCurrent(): Promise<boolean>;
}
