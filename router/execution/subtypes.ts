import { Kind, type DocumentNode } from 'graphql';

/** Names of the types that belong to an abstract type, by its name; those that clients do not see are among them. */
export type Subtypes = ReadonlyMap<string, ReadonlySet<string>>;

export function readSubtypes({ definitions }: DocumentNode): Subtypes {
  const subtypes = new Map<string, Set<string>>();
  const add = (abstract: string, name: string) => {
    const known = subtypes.get(abstract);
    if (known) known.add(name);
    else subtypes.set(abstract, new Set([name]));
  };
  for (const one of definitions) {
    if (one.kind === Kind.UNION_TYPE_DEFINITION)
      for (const { name } of one.types ?? []) add(one.name.value, name.value);
    if (one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.INTERFACE_TYPE_DEFINITION)
      for (const { name } of one.interfaces ?? []) add(name.value, one.name.value);
  }
  return subtypes;
}

/** @param typename of an object, as a subgraph has answered it */
export const isOfType = (subtypes: Subtypes, typename: unknown, type: string): boolean =>
  typename === type || (typeof typename === 'string' && (subtypes.get(type)?.has(typename) ?? false));
