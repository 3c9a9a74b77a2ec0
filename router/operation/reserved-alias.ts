import { GraphQLError, TypeNameMetaFieldDef, type ValidationRule } from 'graphql';

const TYPENAME = TypeNameMetaFieldDef.name;

/**
 * Names that begin with `__` are GraphQL's own. The language lets a client use one as an alias all the same, and what is then
 * answered under `__typename` is taken for the type of the object, which fails as if the fault were ours. For the type itself, compilers
 * of clients use such aliases (`__isError: __typename` of Relay), which are harmless.
 */
export const NoReservedAliasRule: ValidationRule = (context) => ({
  Field({ alias, name }) {
    if (alias?.value.startsWith('__') && name.value !== TYPENAME && alias.value !== name.value)
      context.reportError(
        new GraphQLError(`The alias "${alias.value}" begins with "__", which GraphQL keeps for itself.`, {
          nodes: alias,
        }),
      );
  },
});
