import { Fault } from '../../platform/errors.ts';

/** An escape of JSON; in the group, one half of a character whose other half is not beside it. */
const ESCAPE =
  /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u([dD][89a-fA-F][0-9a-fA-F]{2})|[^])/g;

/**
 * As `JSON.parse`, without a byte order mark, which some tools write before it (RFC 8259, 8.1), and no string has half a character: no database keeps one, and what it keeps in its place is another text.
 *
 * @throws {Fault} BAD_REQUEST with a sentence that begins with `what`
 */
export function parseJson(text: string, what: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new Fault('BAD_REQUEST', `${what} is not JSON.`);
  }
  if (hasHalfCharacter(text)) {
    throw new Fault('BAD_REQUEST', `${what} has a string with half a character (a lone surrogate).`);
  }
  return value;
}

function hasHalfCharacter(text: string): boolean {
  if (!text.includes('\\ud') && !text.includes('\\uD')) return false;
  for (const [, half] of text.matchAll(ESCAPE)) if (half !== undefined) return true;
  return false;
}
