/** What `--help` prints, for each task of bootstrap.mjs. */
export const help = {
  start: `npm start

Installs the packages and builds when needed, finds MySQL and Redis, starts the three subgraphs and the router, fills an
empty shop with demo products, and prints where to go. Ctrl-C stops everything.

  --urls       how to reach the private MySQL and Redis, with the password of their administrator; beside a start that is
               running, it only prints that
  --no-demo    no demo products

Variables (in the environment or in a file .env; .env.example lists every one):
  MYSQL_URL, REDIS_URL     stores to use; without them private ones are started, with their data under DATA_DIR
  MYSQL_SERVER, REDIS_SERVER
                           the binaries for that (a name or a path), where the usual ones are not meant
  DATA_DIR                 data, logs and mails (.data)
  PORT                     the router, the only port that clients need (4000)
  USER_PORT, PRODUCT_PORT, ORDER_PORT
                           the subgraphs (4001, 4002, 4003)
  INSTANCES                processes of the router and of the order subgraph (1); "auto": one of each for each core
  HOST                     the address to listen on; without it the router listens at localhost (127.0.0.1 and ::1)
  USER_URL, PRODUCT_URL, ORDER_URL, JWKS_URL
                           subgraphs that run elsewhere, which are not started then, and another issuer's keys
  SMTP_URL                 where mails are sent; without it they are files in DATA_DIR/mail
  RATE_LIMITS              "off" turns every attempt and rate limit off, for load tests
  NODE_ENV                 "production" requires every secret and makes no demo data; what stands in for a payment provider, a
                           carrier, a mail server and servers must be chosen (PAYMENT_PROVIDER, FULFILMENT, MAIL_TRANSPORT, STORES)
`,
  dev: `npm run dev

Like npm start, for an edit to be tried at once: a changed source is compiled, and only the services that import it, directly or not,
start again, within a few seconds. Data and settings are those of npm start, and the two do not run at the same time.

  - Types are checked after the restart, and an error of types is printed; the edit runs all the same.
  - Where a source cannot be parsed, that is printed, and everything runs as before.
  - An edit of schema/user.graphql, product.graphql or order.graphql runs codegen and compose; the router loads the new supergraph,
    and the subgraph starts again.
  - An edit of scripts/, of packages or of .env needs a new npm run dev.
  - The logs are shown as one line per event: time, service, level, message; as JSON they are in DATA_DIR/logs.

  --no-demo    no demo products

Ctrl-C stops everything. The variables are those of npm start; LOG_LEVEL=debug shows every request.
`,
  test: `npm test                     all tests; builds when needed, and starts MySQL and Redis for itself
npm test -- NAME             the test files whose path contains NAME
npm test -- --project unit   one kind of test: unit, integration, e2e, chaos, e2e-load or chaos-load; unit needs no build and no store
npm test -- --watch          again at every change
Everything after -- goes to vitest. The clients of tests/clients have packages of their own, installed when they are to run.

MYSQL_URL and REDIS_URL name stores to use; MYSQL_SERVER and REDIS_SERVER the binaries for private ones.
`,
  attacks: `npm run attacks              the attacks of tests/attacks, twenty times as long as in npm test
ATTACK_ROUNDS=5 npm run attacks      as many times as long as this number
Everything after -- goes to vitest.
`,
  chaos: `npm run chaos                every fault of tests/chaos once, and a table of what clients saw and how soon all was well
npm run chaos -- --only NAME,NAME    these faults (--list names them)
npm run chaos -- --seed N            the same plan of purchases again
npm run chaos -- --minutes M         random faults, one or two at a time, planned from the seed, for so many minutes; then the totals
npm run chaos -- --rate N            purchases a second (20; 80 with --minutes)
Starts MySQL, Redis and every process for itself. Ends with 1 when a promise was broken, or when an operation did not succeed within
ten seconds of the healing; history and logs are kept then. Ctrl-C stops everything.

MYSQL_SERVER and REDIS_SERVER name the binaries of the stores.
`,
  mutants: `npm run mutants              every mutant of tests/mutants: a rule is left out, and a named test must fail
npm run mutants -- --only NAME,NAME  these mutants (--list names them)
Copies the sources to a temporary folder, demands that the named tests pass there, and runs them once with each mutant. Ends with 1
where a mutant is not caught. Ctrl-C stops everything.

MYSQL_SERVER and REDIS_SERVER name the binaries of the stores.
`,
  build: `npm run build    compiles to dist/, when a source has changed
`,
  check: `npm run check    types, lint, format, generated files, contract, unused code
`,
  ci: `.ci/run    packages and build once, then npm run check beside npm test; the summary of the tests is at the end
`,
};
