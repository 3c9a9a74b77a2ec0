import {
  Kind,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
} from 'graphql';
import { linkedName } from './supergraph-links.ts';

/** Scopes as `@requiresScopes` writes them: one of the lists must be held in full. */
export type ScopeChoice = readonly (readonly string[])[];

/** What `@authenticated` and `@requiresScopes` say of one type or field. Only a signed-in caller has scopes. */
export interface AccessRule {
  readonly scopes: readonly ScopeChoice[];
}

/** By `Type` and by `Type.field`. What is not in it is open to all. */
export type AccessRules = ReadonlyMap<string, AccessRule>;

/** The rules are those of the supergraph, so that they stand in one place and hold in any federation router. */
export function readAccessRules(supergraph: DocumentNode): AccessRules {
  const names = {
    authenticated: linkedName(supergraph, 'authenticated'),
    requiresScopes: linkedName(supergraph, 'requiresScopes'),
  };
  const rules = new Map<string, AccessRule>();
  const record = (key: string, directives: readonly ConstDirectiveNode[] = []) => {
    const scopes = directives
      .filter(({ name }) => name.value === names.requiresScopes)
      .map((directive) => scopesOf(directive));
    const authenticated = directives.some(({ name }) => name.value === names.authenticated);
    if (authenticated || scopes.length > 0) rules.set(key, { scopes });
  };

  for (const definition of supergraph.definitions) {
    if (!isTypeDefinition(definition)) continue;
    const type = definition.name.value;
    record(type, definition.directives);
    if (!('fields' in definition)) continue;
    for (const field of definition.fields ?? []) record(`${type}.${field.name.value}`, field.directives);
  }
  return rules;
}

function scopesOf(directive: ConstDirectiveNode): ScopeChoice {
  const argument = directive.arguments?.find(({ name }) => name.value === 'scopes');
  const scopes: unknown = argument && valueFromASTUntyped(argument.value);
  if (
    !Array.isArray(scopes) ||
    !scopes.every((all) => Array.isArray(all) && all.every((one) => typeof one === 'string'))
  ) {
    throw new Error('The supergraph has a @requiresScopes whose scopes are not lists of strings.');
  }
  return scopes;
}

const TYPE_KINDS = [
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.SCALAR_TYPE_DEFINITION,
  Kind.ENUM_TYPE_DEFINITION,
] as const;

type RuledDefinition = Extract<DefinitionNode, { kind: (typeof TYPE_KINDS)[number] }>;

const isTypeDefinition = (definition: DefinitionNode): definition is RuledDefinition =>
  (TYPE_KINDS as readonly string[]).includes(definition.kind);
