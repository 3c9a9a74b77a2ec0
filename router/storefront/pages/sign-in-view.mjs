import { $, setText } from './elements.mjs';
import { say } from './language.mjs';
import { signIn } from './session.mjs';

/** The form to sign in with. @param onSignedIn called after it worked */
export function startSignIn(onSignedIn) {
  $('sign-in').addEventListener('submit', async (event) => {
    event.preventDefault();
    setText('sign-in-problem', '');
    const refusal = await signIn($('email').value, $('password').value).catch(() => ({
      __typename: 'NO_ANSWER',
    }));
    if (!refusal) return onSignedIn();
    const { __typename, retryAfterMs = 0 } = refusal;
    setText('sign-in-problem', say(`signIn.${__typename}`, { minutes: Math.ceil(retryAfterMs / 60_000) }));
    $('password').focus();
  });
}
