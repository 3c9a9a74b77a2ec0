import { DateTime } from '../../platform/graphql/scalars.ts';
import type { Resolvers } from './__generated__/resolvers-types.ts';
import { changePassword } from './passwords/change-password.ts';
import { findMe, findUser } from './accounts/find-user.ts';
import { refreshSession } from './sessions/refresh-session.ts';
import { requestEmailVerification } from './verification/request-email-verification.ts';
import { requestPasswordReset } from './passwords/request-password-reset.ts';
import { resetPassword } from './passwords/reset-password.ts';
import { signIn } from './sessions/sign-in.ts';
import { signOut } from './sessions/sign-out.ts';
import { signUp } from './sessions/sign-up.ts';
import { updateProfile } from './accounts/update-profile.ts';

export const resolvers: Resolvers = {
  DateTime,
  Query: {
    me: (_root, _args, context) => findMe(context),
    user: (_root, { id }, context) => findUser(id, context),
  },
  Mutation: {
    requestEmailVerification: (_root, { input }, context) => requestEmailVerification(input, context),
    signUp: (_root, { input }, context) => signUp(input, context),
    signIn: (_root, { input }, context) => signIn(input, context),
    refreshSession: (_root, { input }, context) => refreshSession(input, context),
    signOut: (_root, _args, context) => signOut(context),
    updateProfile: (_root, { input }, context) => updateProfile(input, context),
    changePassword: (_root, { input }, context) => changePassword(input, context),
    requestPasswordReset: (_root, { input }, context) => requestPasswordReset(input, context),
    resetPassword: (_root, { input }, context) => resetPassword(input, context),
  },
  User: {
    // With `SUBGRAPH_AUTH=jwt` any client may resolve entities by their keys, so an anonymous one gets null.
    __resolveReference: ({ id }, context) => (context.caller ? findUser(id, context) : null),
  },
};
