import type { Mail } from './mailer.ts';

/** For a mailbox that has no account yet. */
export const verificationMail = (to: string, code: string): Mail => ({
  to,
  subject: `${code} is your firstcome code`,
  text: `Your code is ${code}. It works once, in the next five minutes.

If you did not ask for it, you need not do anything.
`,
});

/** For a mailbox that has one: only its owner learns of it. The code lets a sign-up say so as well. */
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
