import { apolloClient3 } from './apollo-client-3.ts';
import { apolloClient4 } from './apollo-client-4.ts';
import { describeApolloClient } from './apollo-client.ts';
import { describeClientPreset } from './client-preset.ts';
import { describeEventSource } from './event-source.ts';
import { describeGqlTada } from './gql-tada.ts';
import { describeGraphqlRequest } from './graphql-request.ts';
import { describeReadme } from './readme.ts';
import { describeRelay } from './relay.ts';
import { useClientSystem } from './system.ts';
import { describeUrql } from './urql.ts';

// One system for all clients: its start takes longer than any of them.
const system = useClientSystem();

describeApolloClient(apolloClient4, system);
describeApolloClient(apolloClient3, system);
describeUrql(system);
describeRelay(system);
describeGraphqlRequest(system);
describeClientPreset(system);
describeGqlTada(system);
describeEventSource(system);
describeReadme(system);
