import { Kind, type DocumentNode } from 'graphql';
import { argumentOf, linkedName } from '../operation/supergraph-links.ts';

/** A subgraph as `join__Graph` of a supergraph declares it. */
export interface DeclaredSubgraph {
  readonly name: string;
  /** The value of the enum, which composition makes of the name and keeps unique: what settings of this subgraph end with. */
  readonly key: string;
  /** As it is written there: possibly empty, or no URL. */
  readonly url: string;
}

/** @returns none where the document is no supergraph */
export function declaredSubgraphs(supergraph: DocumentNode): readonly DeclaredSubgraph[] {
  const join = linkedName(supergraph, 'join');
  return supergraph.definitions.flatMap((definition) =>
    definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === `${join}__Graph`
      ? (definition.values ?? []).flatMap(({ name, directives }) => {
          const graph = directives?.find((directive) => directive.name.value === `${join}__graph`);
          return graph
            ? [
                {
                  key: name.value,
                  name: argumentOf(graph, 'name') || name.value,
                  url: argumentOf(graph, 'url') ?? '',
                },
              ]
            : [];
        })
      : [],
  );
}
