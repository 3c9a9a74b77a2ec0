/** The expected refusals of this subgraph, as the schema names them. Messages do not depend on the caller. */

export const invalidVerificationCode = {
  __typename: 'InvalidVerificationCode',
  message: 'The code is wrong, used or expired. Request a new one.',
} as const;

export const emailAlreadyRegistered = {
  __typename: 'EmailAlreadyRegistered',
  message: 'This e-mail address already has an account. Sign in with it.',
} as const;

export const invalidCredentials = {
  __typename: 'InvalidCredentials',
  message: 'The e-mail address or the password is wrong.',
} as const;

export const wrongCurrentPassword = {
  __typename: 'InvalidCredentials',
  message: 'The current password is wrong.',
} as const;

export const invalidRefreshToken = {
  __typename: 'InvalidRefreshToken',
  message: 'The refresh token is wrong, used or expired. Sign in again.',
} as const;
