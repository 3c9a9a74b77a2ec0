import { randomUUID } from 'node:crypto';

/** Harmless in a log, a header and a page. */
const ACCEPTABLE = /^[A-Za-z0-9._-]{8,64}$/;

/** @returns the id that was given, when it is a harmless one, else a new one */
export const acceptRequestId = (given: unknown): string =>
  typeof given === 'string' && ACCEPTABLE.test(given) ? given : randomUUID();
