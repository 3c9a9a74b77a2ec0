/** How long the session of the batch may be silent before MySQL ends it and frees its row locks (`wait_timeout`), in seconds. */
export const WRITER_WAIT_TIMEOUT_S = 5;
