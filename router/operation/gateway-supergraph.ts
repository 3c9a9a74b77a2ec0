import { Kind, print, visit, type ASTNode, type ConstDirectiveNode, type DocumentNode } from 'graphql';
import { isLinkTo, linkedName } from './supergraph-links.ts';

/** Specifications that this router keeps itself, before planning. */
const KEPT_HERE = ['authenticated', 'requiresScopes'];

/**
 * A copy of the supergraph for @apollo/gateway, which refuses to load one that links to `authenticated` or
 * `requiresScopes` ("for: SECURITY but is unsupported"). Any other SECURITY specification stays in, so that the
 * gateway still refuses a rule that this router does not enforce.
 *
 * Of several keys of a type in a subgraph, those that it resolves come first: the planner returns to a subgraph by the first key that it
 * has the fields of, whether or not the subgraph resolves it.
 */
export function supergraphForGateway(supergraph: DocumentNode): string {
  const directives = new Set(KEPT_HERE.map((specification) => linkedName(supergraph, specification)));
  const isTheirs = (name: string): boolean =>
    directives.has(name) || [...directives].some((directive) => name.startsWith(`${directive}__`));
  const removed = null;
  const ofType = `${linkedName(supergraph, 'join')}__type`;

  return print(
    visit(resolvableKeysFirst(supergraph, ofType), {
      Directive: (node) =>
        directives.has(node.name.value) || KEPT_HERE.some((specification) => isLink(node, specification))
          ? removed
          : undefined,
      DirectiveDefinition: (node) => (directives.has(node.name.value) ? removed : undefined),
      ScalarTypeDefinition: (node) => (isTheirs(node.name.value) ? removed : undefined),
    }),
  );
}

const isLink = (node: ASTNode, specification: string): boolean =>
  'arguments' in node && isLinkTo(node as Parameters<typeof isLinkTo>[0], specification);

function resolvableKeysFirst(supergraph: DocumentNode, ofType: string): DocumentNode {
  const order = <Node extends { readonly directives?: readonly ConstDirectiveNode[] }>(node: Node): Node => {
    const isLast = (directive: ConstDirectiveNode) =>
      directive.name.value === ofType && isUnresolvable(directive);
    const { directives = [] } = node;
    if (!directives.some(isLast)) return node;
    return {
      ...node,
      directives: [...directives.filter((one) => !isLast(one)), ...directives.filter(isLast)],
    };
  };
  return visit(supergraph, {
    ObjectTypeDefinition: { enter: (node) => order(node) },
    InterfaceTypeDefinition: { enter: (node) => order(node) },
  });
}

const isUnresolvable = ({ arguments: given }: ConstDirectiveNode): boolean =>
  given?.some(
    ({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value,
  ) ?? false;
