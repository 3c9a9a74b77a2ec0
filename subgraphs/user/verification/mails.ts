import type { Mail } from './mailer.ts';

/** For a mailbox that has no account yet. */
export const verificationMail = (to: string, code: string): Mail => ({
  to,
  subject: `${code} is your firstcome code`,
  text: `Your code is ${code}. It works once, in the next five minutes.

If you did not ask for it, you need not do anything.
`,
});

/** For a mailbox that has one: only its owner can see that. With the code a sign-up returns `EmailAlreadyRegistered`. */
export const alreadyRegisteredMail = (to: string, code: string): Mail => ({
  to,
  subject: `${code} is your firstcome code`,
  text: `Somebody, probably you, wants to open an account for this address.
It has one already: simply sign in.

Your code is ${code}. It works once, in the next five minutes.
It cannot open a second account.

If you did not ask for it, you need not do anything.
`,
});

/** The code is not in the subject, which a locked screen may show: it opens an account. */
export const passwordResetMail = (to: string, code: string): Mail => ({
  to,
  subject: 'Set a new firstcome password',
  text: `Your code for a new password is ${code}. It works once, in the next fifteen minutes.
With the new password you sign in again everywhere.

If you did not ask for it, you need not do anything. Give the code to no one.
`,
});

/** For a mailbox without an account: a mail is sent so that neither the response nor its time shows that. */
export const noAccountMail = (to: string): Mail => ({
  to,
  subject: 'Set a new firstcome password',
  text: `Somebody, probably you, wants to set a new password for this address.
It has no account. Perhaps yours has another address; or sign up with this one.

If you did not ask for it, you need not do anything.
`,
});
