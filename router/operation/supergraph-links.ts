import { Kind, type ConstDirectiveNode, type DirectiveNode, type DocumentNode } from 'graphql';

/** The `@link`s of a supergraph: which specifications it uses and under what names. */
const SPECIFICATIONS = 'https://specs.apollo.dev/';

/** @returns the name that the directive of the specification's own name has in this supergraph, without the `@` */
export function linkedName(supergraph: DocumentNode, specification: string): string {
  const link = linksOf(supergraph).find((one) => isLinkTo(one, specification));
  return (link && argumentOf(link, 'as')) ?? specification;
}

/** @param specification for example `authenticated`, whatever its version */
export const isLinkTo = (directive: ConstDirectiveNode, specification: string): boolean =>
  directive.name.value === 'link' &&
  (argumentOf(directive, 'url')?.startsWith(`${SPECIFICATIONS}${specification}/`) ?? false);

function linksOf(supergraph: DocumentNode): readonly ConstDirectiveNode[] {
  return supergraph.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? [])
      : [],
  );
}

/** @returns the text that a directive is given by this name; undefined where it is given none */
export function argumentOf(directive: DirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}
