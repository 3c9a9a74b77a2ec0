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

  // A refused rule is an error, and the contract says null: so `visible-user.ts` leaves out what the caller may not see.
  User: allow,
  Address: allow,

  // What only the use cases above hand out.
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
