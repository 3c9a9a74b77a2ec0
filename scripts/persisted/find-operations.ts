import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import ts from 'typescript';

/** A document as some client sends it, to the letter. */
export interface FoundOperation {
  readonly file: string;
  readonly source: string;
  /** Null where there are several operations in it, or one without a name. */
  readonly name: string | null;
}

/** Where the shop's clients keep their operations: as files of GraphQL … */
const GRAPHQL_FOLDERS = ['schema/operations', 'router/storefront/playground/tabs'];
/** … or as strings in programs. */
const PROGRAM_FOLDERS = ['router/storefront/pages', 'perf', 'scripts'];
/** … or as constants of tests. What is written where it is sent is there to be tried once, and often to be refused. */
const TEST_FOLDERS = ['tests'];
/** No clients of a shop, so that nothing of theirs becomes known to a router; the clients that are tried bring manifests of their own. */
const OTHERS = /^tests[/\\](?:attacks|clients)[/\\]/;
const PROGRAM = /\.(?:js|mjs|ts)$/;
const TEST = /\.test\.ts$/;

/** @throws a sentence for each file of GraphQL that is not for this schema */
export function findOperations(schema: GraphQLSchema): FoundOperation[] {
  return [
    ...GRAPHQL_FOLDERS.flatMap((folder) =>
      list(folder, /\.graphql$/).map((file) => operationIn(file, readFileSync(file, 'utf8'), schema)),
    ),
    ...PROGRAM_FOLDERS.flatMap((folder) =>
      list(folder, PROGRAM)
        .filter((file) => !TEST.test(file))
        .flatMap((file) =>
          stringsIn(file, readFileSync(file, 'utf8')).flatMap((source) =>
            operationOrNot(file, source, schema),
          ),
        ),
    ),
    ...TEST_FOLDERS.flatMap((folder) =>
      list(folder, PROGRAM)
        .filter((file) => !OTHERS.test(file))
        .flatMap((file) =>
          constantsIn(file, readFileSync(file, 'utf8')).flatMap((source) =>
            operationOrNot(file, source, schema),
          ),
        ),
    ),
  ];
}

/** Not in installed packages, which `npm run bench` puts below perf/. */
const list = (folder: string, wanted: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => wanted.test(file) && !file.includes('node_modules'))
    .sort();

function operationIn(file: string, source: string, schema: GraphQLSchema): FoundOperation {
  const document = parse(source);
  const [error] = validate(schema, document);
  if (error) throw new Error(`${file}: ${error.message}`);
  return { file, source, name: nameOf(document) };
}

/** Most strings are no operations. */
function operationOrNot(file: string, source: string, schema: GraphQLSchema): FoundOperation[] {
  if (!/^(?:\s|#.*\n)*(?:query|mutation|\{)[^]*\}\s*$/.test(source)) return [];
  let document: DocumentNode;
  try {
    document = parse(source);
  } catch {
    return [];
  }
  return validate(schema, document).length === 0 ? [{ file, source, name: nameOf(document) }] : [];
}

/** Strings and templates without expressions. */
function stringsIn(file: string, text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return found;
}

/** Strings and templates that a constant of the file is, or that are the properties of one. */
function constantsIn(file: string, text: string): string[] {
  const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  return statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations)
    .flatMap(({ initializer }) => (initializer ? [initializer, ...valuesOf(initializer)] : []))
    .filter(ts.isStringLiteralLike)
    .map(({ text: source }) => source);
}

const valuesOf = (node: ts.Expression): ts.Expression[] =>
  ts.isObjectLiteralExpression(node)
    ? node.properties.filter(ts.isPropertyAssignment).map(({ initializer }) => initializer)
    : [];

function nameOf({ definitions }: DocumentNode): string | null {
  const operations = definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const [only] = operations;
  return operations.length === 1 && only?.kind === Kind.OPERATION_DEFINITION
    ? (only.name?.value ?? null)
    : null;
}
