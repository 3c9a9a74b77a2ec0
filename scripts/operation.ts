import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @returns the text of an operation of `schema/operations/`, which a router knows that accepts only the manifest */
export const operation = (name: string): string =>
  readFileSync(join('schema/operations', `${name}.graphql`), 'utf8');
