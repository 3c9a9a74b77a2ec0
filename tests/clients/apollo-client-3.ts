import {
  ApolloClient,
  ApolloLink,
  fromPromise,
  HttpLink,
  InMemoryCache,
  isApolloError,
} from 'apollo-client-3/core/index.js';
import { setContext } from 'apollo-client-3/link/context/index.js';
import { onError } from 'apollo-client-3/link/error/index.js';
import { createPersistedQueryLink } from 'apollo-client-3/link/persisted-queries/index.js';
import { relayStylePagination } from 'apollo-client-3/utilities/index.js';
import type { ApolloOptions, ApolloVersion } from './apollo-client.ts';
import { POSSIBLE_TYPES } from './possible-types.ts';
import type { PageSession } from './session.ts';

export const apolloClient3: ApolloVersion = {
  heading: 'Apollo Client 3',
  open: (options) =>
    new ApolloClient({
      link: linkOf(options),
      cache: new InMemoryCache({
        possibleTypes: POSSIBLE_TYPES,
        typePolicies: { User: { fields: { orders: relayStylePagination() } } },
      }),
    }),
  codeOf,
};

function linkOf({ uri, token, persisted, session, ...http }: ApolloOptions): ApolloLink {
  const headers = token ? { headers: { authorization: `Bearer ${token}` } } : {};
  return ApolloLink.from([
    ...(session ? linksOf(session) : []),
    ...(persisted ? [createPersistedQueryLink(persisted)] : []),
    new HttpLink({ uri, fetch, ...headers, ...http }),
  ]);
}

const linksOf = (session: PageSession): ApolloLink[] => [
  onError(({ graphQLErrors, operation, forward }) =>
    graphQLErrors?.[0]?.extensions?.['code'] === 'UNAUTHENTICATED'
      ? fromPromise(session.refresh()).flatMap(() => forward(operation))
      : undefined,
  ),
  setContext(() => ({ headers: { authorization: session.authorization } })),
];

/** With a status of 4xx the client has the answer as the `result` of a network error where it is `application/json`. */
function codeOf(error: unknown): unknown {
  if (!(error instanceof Error) || !isApolloError(error)) return undefined;
  const { result } = (error.networkError ?? {}) as {
    readonly result?: { readonly errors?: readonly { readonly extensions: { readonly code: string } }[] };
  };
  const [first] = error.graphQLErrors;
  return first ? first.extensions?.['code'] : result?.errors?.[0]?.extensions.code;
}
