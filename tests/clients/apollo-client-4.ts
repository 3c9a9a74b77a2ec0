import {
  ApolloClient,
  ApolloLink,
  CombinedGraphQLErrors,
  HttpLink,
  InMemoryCache,
  ServerError,
} from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';
import { from, switchMap } from 'rxjs';
import type { ApolloOptions, ApolloVersion } from './apollo-client.ts';
import { POSSIBLE_TYPES } from './possible-types.ts';
import type { PageSession } from './session.ts';

export const apolloClient4: ApolloVersion = {
  heading: 'Apollo Client 4',
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
    ...(persisted ? [new PersistedQueryLink(persisted)] : []),
    new HttpLink({ uri, ...headers, ...http }),
  ]);
}

const linksOf = (session: PageSession): ApolloLink[] => [
  new ErrorLink(({ error, operation, forward }) =>
    codeOf(error) === 'UNAUTHENTICATED'
      ? from(session.refresh()).pipe(switchMap(() => forward(operation)))
      : undefined,
  ),
  new SetContextLink(() => ({ headers: { authorization: session.authorization } })),
];

/** With a status of 4xx the client has a `ServerError` where the answer is `application/json`, else the answer's errors. */
function codeOf(error: unknown): unknown {
  if (CombinedGraphQLErrors.is(error)) return error.errors[0]?.extensions?.['code'];
  if (!ServerError.is(error)) return undefined;
  const { errors } = JSON.parse(error.bodyText) as { errors: { extensions: { code: string } }[] };
  return errors[0]?.extensions.code;
}
