import { Kind, valueFromASTUntyped, type ConstDirectiveNode, type DocumentNode } from 'graphql';
import { linkedName } from './supergraph-links.ts';

/** What `@listSize` says of a field. */
export interface ListSize {
  readonly slicingArguments: readonly string[];
  /** Fields below that have the size; none: the field itself. */
  readonly sizedFields: readonly string[];
  readonly assumedSize: number | null;
}

/** What `@cost` and `@listSize` of the supergraph say, by `Type` and `Type.field`. */
export interface CostWeights {
  readonly weights: ReadonlyMap<string, number>;
  readonly lists: ReadonlyMap<string, ListSize>;
}

export function readCostWeights(supergraph: DocumentNode): CostWeights {
  const weights = new Map<string, number>();
  const lists = new Map<string, ListSize>();
  const costs = linkedName(supergraph, 'cost');
  const note = (key: string, directives: readonly ConstDirectiveNode[] = []) => {
    for (const directive of directives) {
      const given = argumentsOf(directive);
      if (directive.name.value === costs) weights.set(key, Number(given['weight']));
      if (directive.name.value === 'listSize') {
        lists.set(key, {
          slicingArguments: strings(given['slicingArguments']),
          sizedFields: strings(given['sizedFields']),
          assumedSize: typeof given['assumedSize'] === 'number' ? given['assumedSize'] : null,
        });
      }
    }
  };

  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION)
      continue;
    const type = definition.name.value;
    note(type, definition.directives);
    for (const field of definition.fields ?? []) note(`${type}.${field.name.value}`, field.directives);
  }
  return { weights, lists };
}

function argumentsOf(directive: ConstDirectiveNode): Record<string, unknown> {
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
