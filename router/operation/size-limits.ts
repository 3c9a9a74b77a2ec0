import { Kind, type SelectionSetNode } from 'graphql';
import { Fault } from '../../platform/errors.ts';
import type { SelectedOperation } from './selected-operation.ts';

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
  depth: number;
  introspectionDepth: number;
  aliases: number;
  directives: number;
  fields: number;
}

/**
 * Counts through fragments, each as often as it is spread, in one pass over the document: a bomb of fragments within
 * fragments is measured without going off.
 *
 * @returns how many fields there are
 * @throws {Fault} OPERATION_TOO_COMPLEX
 */
export function assertWithinLimits({ definition, fragments }: SelectedOperation, limits: SizeLimits): number {
  const measured = new Map<string, Size>();
  const size = measure(definition.selectionSet);
  size.directives += definition.directives?.length ?? 0;

  refuseAbove('levels of fields', size.depth, limits.depth);
  refuseAbove('levels of introspection', size.introspectionDepth, INTROSPECTION_DEPTH);
  refuseAbove('aliases', size.aliases, limits.aliases);
  refuseAbove('directives', size.directives, limits.directives);
  refuseAbove('fields', size.fields, limits.fields);
  return size.fields;

  function measure(selectionSet: SelectionSetNode): Size {
    const total: Size = { depth: 0, introspectionDepth: 0, aliases: 0, directives: 0, fields: 0 };
    for (const selection of selectionSet.selections) {
      total.directives += selection.directives?.length ?? 0;
      switch (selection.kind) {
        case Kind.FIELD: {
          const below = selection.selectionSet ? measure(selection.selectionSet) : EMPTY;
          const introspects = INTROSPECTION_FIELDS.has(selection.name.value);
          add(total, {
            ...below,
            depth: introspects ? 0 : below.depth + 1,
            introspectionDepth: introspects ? below.depth + 1 : below.introspectionDepth,
          });
          total.fields += 1;
          if (selection.alias) total.aliases += 1;
          break;
        }
        case Kind.INLINE_FRAGMENT:
          add(total, measure(selection.selectionSet));
          break;
        case Kind.FRAGMENT_SPREAD:
          add(total, measureFragment(selection.name.value));
          break;
      }
    }
    return total;
  }

  function measureFragment(name: string): Size {
    const known = measured.get(name);
    if (known) return known;
    const fragment = fragments.get(name);
    const size = fragment ? measure(fragment.selectionSet) : EMPTY;
    measured.set(name, size);
    return size;
  }
}

const EMPTY: Readonly<Size> = { depth: 0, introspectionDepth: 0, aliases: 0, directives: 0, fields: 0 };

function add(total: Size, part: Readonly<Size>): void {
  total.depth = Math.max(total.depth, part.depth);
  total.introspectionDepth = Math.max(total.introspectionDepth, part.introspectionDepth);
  total.aliases += part.aliases;
  total.directives += part.directives;
  total.fields += part.fields;
}

function refuseAbove(what: string, actual: number, limit: number): void {
  if (actual > limit) {
    throw new Fault('OPERATION_TOO_COMPLEX', `The operation has more than ${limit} ${what}.`);
  }
}
