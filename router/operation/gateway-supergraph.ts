import { print, visit, type ASTNode, type DocumentNode } from 'graphql';
import { isLinkTo, linkedName } from './supergraph-links.ts';

/** Specifications that this router keeps itself, before planning. */
const KEPT_HERE = ['authenticated', 'requiresScopes'];

/**
 * A copy of the supergraph for @apollo/gateway, which refuses to load one that links to `authenticated` or
 * `requiresScopes` ("for: SECURITY but is unsupported"). Any other SECURITY specification stays in, so that the
 * gateway still refuses a rule that nobody here would keep.
 */
export function supergraphForGateway(supergraph: DocumentNode): string {
  const directives = new Set(KEPT_HERE.map((specification) => linkedName(supergraph, specification)));
  const isTheirs = (name: string): boolean =>
    directives.has(name) || [...directives].some((directive) => name.startsWith(`${directive}__`));
  const removed = null;

  return print(
    visit(supergraph, {
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
