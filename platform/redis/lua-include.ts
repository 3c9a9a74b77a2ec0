import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from '../config/configuration-error.ts';

const INCLUDE = /^-- @include "([^"\n]+)"$/gm;

/**
 * Reads a Lua script with its includes: a line `-- @include "<path>"` is replaced by that file, whose path is relative to the including
 * one. A file that is included twice is inserted at its first place only, so that includes may depend on each other.
 *
 * @throws {ConfigurationError} one sentence where a file is missing or includes itself, by whatever way
 */
export function readLua(file: URL): string {
  return insert(file, [], new Set());
}

function insert(file: URL, including: readonly URL[], done: Set<string>): string {
  const path = [...including, file];
  if (including.some(({ href }) => href === file.href))
    throw new ConfigurationError(`Lua includes are circular: ${path.map(nameOf).join(' includes ')}.`);
  const text = read(file, including);
  return text.replaceAll(INCLUDE, (_, name: string) => {
    const included = new URL(name, file);
    if (done.has(included.href)) return '';
    const inserted = insert(included, path, done);
    done.add(included.href);
    return inserted.trimEnd();
  });
}

function read(file: URL, including: readonly URL[]): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const by = including.at(-1);
    const what = by ? `${nameOf(by)} includes ${nameOf(file)}, which` : nameOf(file);
    const fault = new ConfigurationError(`The Lua script ${what} cannot be read: ${fileURLToPath(file)}.`);
    fault.cause = cause;
    throw fault;
  }
}

const nameOf = (file: URL): string => basename(file.pathname);
