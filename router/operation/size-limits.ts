import type { FieldNode } from 'graphql';
import { Fault } from '../../platform/errors.ts';
import type { SelectedOperation } from './selected-operation.ts';
import { foldSelections } from './walk-selections.ts';

export interface SizeLimits {
  /** Fields inside each other. */
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** Fields in all, after every fragment has been put in its place. */
  readonly fields: number;
}

/** How deep introspection goes: GraphiQL's own query follows nine wrappers of a type. */
const INTROSPECTION_DEPTH = 20;
const INTROSPECTION_FIELDS = new Set(['__schema', '__type']);

interface Size {
  readonly depth: number;
  readonly introspectionDepth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly fields: number;
}

/**
 * Counts through fragments, each as often as it is spread, in one pass over the document: fragments that
 * multiply each other are measured without being expanded.
 *
 * @returns how many fields there are
 * @throws {Fault} OPERATION_TOO_COMPLEX
 */
export function assertWithinLimits({ definition, fragments }: SelectedOperation, limits: SizeLimits): number {
  const measured = foldSelections<void, Size>(definition.selectionSet, fragments, undefined, {
    field: (node, _scope, below) => measure(node, below()),
    fragment: (node, size) => ({ ...size, directives: size.directives + directivesOf(node) }),
    join: total,
  });
  const size = { ...measured, directives: measured.directives + directivesOf(definition) };

  refuseAbove('levels of fields', size.depth, limits.depth);
  refuseAbove('levels of introspection', size.introspectionDepth, INTROSPECTION_DEPTH);
  refuseAbove('aliases', size.aliases, limits.aliases);
  refuseAbove('directives', size.directives, limits.directives);
  refuseAbove('fields', size.fields, limits.fields);
  return size.fields;
}

function measure(node: FieldNode, below: Size): Size {
  const introspects = INTROSPECTION_FIELDS.has(node.name.value);
  return {
    depth: introspects ? 0 : below.depth + 1,
    introspectionDepth: introspects ? below.depth + 1 : below.introspectionDepth,
    aliases: below.aliases + (node.alias ? 1 : 0),
    directives: below.directives + directivesOf(node),
    fields: below.fields + 1,
  };
}

const directivesOf = ({ directives }: Pick<FieldNode, 'directives'>): number => directives?.length ?? 0;

function total(parts: readonly Size[]): Size {
  const sum = { depth: 0, introspectionDepth: 0, aliases: 0, directives: 0, fields: 0 };
  for (const part of parts) {
    sum.depth = Math.max(sum.depth, part.depth);
    sum.introspectionDepth = Math.max(sum.introspectionDepth, part.introspectionDepth);
    sum.aliases += part.aliases;
    sum.directives += part.directives;
    sum.fields += part.fields;
  }
  return sum;
}

function refuseAbove(what: string, actual: number, limit: number): void {
  if (actual > limit) {
    throw new Fault('OPERATION_TOO_COMPLEX', `The operation has more than ${limit} ${what}.`);
  }
}
