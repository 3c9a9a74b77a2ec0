import { Kind, valueFromASTUntyped, type ConstDirectiveNode, type DocumentNode } from 'graphql';
import { linkedName } from './supergraph-links.ts';

/** What `@listSize` says of a field. */
export interface ListSize {
  readonly slicingArguments: readonly string[];
  /** Fields below that have the size; none: the field itself. */
  readonly sizedFields: readonly string[];
  readonly assumedSize: number | null;
}

/** What `@cost` and `@listSize` of the supergraph say, by `Type`, `Type.field` (input types too) and `Type.field(argument:)`. */
export interface CostWeights {
  readonly weights: ReadonlyMap<string, number>;
  readonly lists: ReadonlyMap<string, ListSize>;
}

export function readCostWeights(supergraph: DocumentNode): CostWeights {
  const weights = new Map<string, number>();
  const lists = new Map<string, ListSize>();
  const costs = linkedName(supergraph, 'cost');
  const record = (key: string, directives: readonly ConstDirectiveNode[] = []) => {
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
    switch (definition.kind) {
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
        for (const field of definition.fields ?? [])
          record(`${definition.name.value}.${field.name.value}`, field.directives);
        break;
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION: {
        const type = definition.name.value;
        record(type, definition.directives);
        for (const field of definition.fields ?? []) {
          const name = `${type}.${field.name.value}`;
          record(name, field.directives);
          for (const argument of field.arguments ?? [])
            record(`${name}(${argument.name.value}:)`, argument.directives);
        }
        break;
      }
      default:
    }
  }
  return { weights, lists };
}

function argumentsOf(directive: ConstDirectiveNode): Record<string, unknown> {
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
