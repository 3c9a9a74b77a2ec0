import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'graphql';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { readOperations } from './manifest.ts';

/** Clients that have their operations as strings, because they run where they cannot read files of this checkout: in a browser, in k6. */
const CLIENTS = ['router/storefront/pages', 'perf'];
const PROGRAM = /\.(?:js|mjs|ts)$/;
const NO_CLIENT = /\.test\.ts$|node_modules|^perf[/\\]peers/;

const programs = CLIENTS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => PROGRAM.test(file) && !NO_CLIENT.test(file)),
);

/** Strings and templates without expressions that are GraphQL operations. */
function operationsIn(file: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && isOperation(node.text)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest));
  return found;
}

function isOperation(text: string): boolean {
  if (!/^(?:\s|#.*\n)*(?:query|mutation|\{)[^]*\}\s*$/.test(text)) return false;
  try {
    return parse(text).definitions.length > 0;
  } catch {
    return false;
  }
}

it('every operation that a page or a load script sends is a file of schema/operations/, to the letter', () => {
  const known = new Set(readOperations().values());
  const sent = programs.flatMap((file) => operationsIn(file).map((text) => ({ file, text })));
  expect(sent.length).toBeGreaterThan(30);
  expect(sent.filter(({ text }) => !known.has(text))).toEqual([]);
});
