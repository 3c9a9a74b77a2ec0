/** How long the session of the batch may be silent before MySQL ends it and frees its row locks (`wait_timeout`), in seconds. */
export const WRITER_WAIT_TIMEOUT_S = 5;
/**
 * How long a statement of the batch waits for a lock of a row or a table, in seconds. Short: a batch that waits for one product's row
 * delays all others, and is split after that.
 */
export const WRITER_LOCK_WAIT_TIMEOUT_S = 1;
