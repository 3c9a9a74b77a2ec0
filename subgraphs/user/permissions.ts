import { allow, hasScope, isAuthenticated, type Permissions } from '../../platform/graphql/permissions.ts';

export const permissions: Permissions = {
  Query: {
    me: isAuthenticated,
    user: hasScope('user:read'),
  },
  Mutation: {
    requestEmailVerification: allow,
    signUp: allow,
    signIn: allow,
    refreshSession: allow,
    signOut: isAuthenticated,
    updateProfile: isAuthenticated,
    changePassword: isAuthenticated,
    requestPasswordReset: allow,
    resetPassword: allow,
  },

  // A rule that denies is an error, but the schema promises null: so `visible-user.ts` leaves out the fields that the caller may not see.
  User: allow,
  Address: allow,

  // Results of the use cases above.
  Session: allow,
  VerificationRequested: allow,
  SignedOut: allow,
  ProfileUpdated: allow,
  PasswordChanged: allow,
  PasswordResetRequested: allow,
  PasswordReset: allow,

  // Refusals.
  InvalidInput: allow,
  InputProblem: allow,
  InvalidVerificationCode: allow,
  EmailAlreadyRegistered: allow,
  InvalidCredentials: allow,
  InvalidRefreshToken: allow,
  TooManyAttempts: allow,
};
