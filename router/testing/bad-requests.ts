import type { BadRequest } from './bad-requests/bad-request.ts';
import { badDocuments } from './bad-requests/documents.ts';
import { badHttp } from './bad-requests/http.ts';
import { badTokens } from './bad-requests/tokens.ts';
import { tooMuch } from './bad-requests/too-much.ts';
import { unknownOperations } from './bad-requests/persisted.ts';

/**
 * What the router answers to requests that are not acceptable: each with its status and code, and with nothing else. None of
 * them is a 500, and none keeps the router from answering the next good request.
 */
export const BAD_REQUESTS: Readonly<Record<string, readonly BadRequest[]>> = {
  ...badHttp,
  ...badDocuments,
  ...tooMuch,
  ...badTokens,
  ...unknownOperations,
};
