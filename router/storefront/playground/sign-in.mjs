/**
 * Signs the playground in: the access token goes with every operation whose Headers name no other. It is taken from the form
 * above, or from the answer of any operation that gives one (signIn, signUp, refreshSession), and lives in this tab.
 *
 * It also sends a new idempotency key in the place of A-NEW-KEY-EACH-TIME, so that a tab can be run again for something else.
 */
(() => {
  const TOKEN = 'firstcome:playground-token';
  const $ = (id) => document.getElementById(id);
  const plainFetch = globalThis.fetch.bind(globalThis);

  globalThis.fetch = async (resource, options = {}) => {
    const token = sessionStorage.getItem(TOKEN);
    const headers = new Headers(options.headers);
    const isOurs = token !== null && !headers.has('authorization');
    if (isOurs) headers.set('authorization', `Bearer ${token}`);
    const response = await plainFetch(resource, { ...options, headers, body: withNewKeys(options.body) });
    if (isOurs && response.status === 401) signOut('The session has ended. Sign in again.');
    else
      response
        .clone()
        .json()
        .then(adopt, () => undefined);
    return response;
  };

  const withNewKeys = (body) =>
    typeof body === 'string'
      ? body.replaceAll('"A-NEW-KEY-EACH-TIME"', () => `"playground-${random()}"`)
      : body;

  const random = () =>
    Array.from(crypto.getRandomValues(new Uint32Array(4)), (number) => number.toString(36)).join('-');

  function adopt({ data }) {
    const session = Object.values(data ?? {}).find((answer) => typeof answer?.accessToken === 'string');
    if (!session) return;
    sessionStorage.setItem(TOKEN, session.accessToken);
    show('');
  }

  function signOut(words = '') {
    sessionStorage.removeItem(TOKEN);
    show(words);
  }

  function show(problem) {
    const token = sessionStorage.getItem(TOKEN);
    $('bar-sign-in').hidden = token !== null;
    $('bar-signed-in').hidden = token === null;
    $('bar-token').textContent = `Authorization: Bearer ${token?.slice(0, 12)}…`;
    $('bar-problem').textContent = problem;
  }

  async function signIn(email, password) {
    const query = `mutation SignIn($input: SignInInput!) {
      signIn(input: $input) { ... on Session { accessToken } ... on Error { message } }
    }`;
    const response = await plainFetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { input: { email, password } } }),
    });
    const { data, errors } = await response.json();
    if (data?.signIn.accessToken) adopt({ data });
    else show(data?.signIn.message ?? errors[0].message);
  }

  const trySignIn = (email, password) =>
    signIn(email, password).catch(() => show('The router does not answer.'));

  $('bar-sign-in').addEventListener('submit', (event) => {
    event.preventDefault();
    void trySignIn($('bar-email').value, $('bar-password').value);
  });
  const administrator = $('bar-administrator');
  administrator.hidden = administrator.dataset.email === '';
  administrator.addEventListener('click', () => {
    void trySignIn(administrator.dataset.email, administrator.dataset.password);
  });
  $('bar-sign-out').addEventListener('click', () => signOut());
  show('');

  // At the first visit the schema's documentation is open, where there is space for it.
  if (localStorage.getItem('graphiql:visiblePlugin') === null && innerWidth >= 1_500) {
    localStorage.setItem('graphiql:visiblePlugin', 'Documentation Explorer');
  }
})();
