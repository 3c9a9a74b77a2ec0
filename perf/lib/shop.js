import { execute, executeOrThrow } from './graphql.js';
import { baseUrl, text } from './settings.js';

/** The administrator's steps before and after a run. */

/** Throws a sentence if no router responds, or the sign-in is refused. Returns the administrator's token. */
export async function signInAsAdmin() {
  const { fault } = await execute('query ServerTime { serverTime }');
  if (fault)
    throw new Error(
      `No shop answers at ${baseUrl} (${fault}). Start one with \`npm start\`, or set BASE_URL to another.`,
    );
  const email = text('ADMIN_EMAIL', 'admin@firstcome.example');
  const password = text('ADMIN_PASSWORD', 'firstcome-admin');
  const { token, refusal } = await signIn(email, password);
  if (!token)
    throw new Error(
      `${email} was answered with ${refusal}. Set ADMIN_EMAIL and ADMIN_PASSWORD to an administrator.`,
    );
  return token;
}

const SIGN_IN = `mutation SignIn($input: SignInInput!) {
  signIn(input: $input) { __typename ... on Session { accessToken } }
}`;

/** Returns `{ token }`, or `{ refusal }`: the union's member or the fault. */
export async function signIn(email, password) {
  const { data, fault } = await execute(SIGN_IN, { input: { email, password } });
  if (fault) return { refusal: fault };
  return data.signIn.accessToken ? { token: data.signIn.accessToken } : { refusal: data.signIn.__typename };
}

const CREATE = `mutation CreateProduct($input: CreateProductInput!) {
  createProduct(input: $input) {
    __typename
    ... on ProductSaved { product { id opensAt } }
    ... on InvalidInput { message problems { path message } }
  }
}`;
const RESTOCK = 'mutation Restock($input: RestockInput!) { restock(input: $input) { __typename } }';

/** A product of this run's own, with its sale opening `opensIn` seconds from now, for `lasts` seconds. Returns its id. */
export async function putOnSale(admin, { name, units, opensIn = -60, lasts = 3600 }) {
  const at = (inSeconds) => new Date(Date.now() + inSeconds * 1000).toISOString();
  const product = {
    name,
    type: 'FLASH_SALE',
    price: { amount: 12000 },
    opensAt: at(opensIn),
    closesAt: at(opensIn + lasts),
  };
  const { createProduct } = await executeOrThrow(CREATE, { input: product }, admin);
  if (createProduct.__typename !== 'ProductSaved') throw new Error(JSON.stringify(createProduct));
  const { id } = createProduct.product;
  const input = { productId: id, change: units, idempotencyKey: `perf-restock-${id}` };
  const { restock } = await executeOrThrow(RESTOCK, { input }, admin);
  if (restock.__typename !== 'Restocked') throw new Error(`restock was answered with ${restock.__typename}`);
  return id;
}

const WITHDRAW =
  'mutation WithdrawProduct($input: WithdrawProductInput!) { withdrawProduct(input: $input) { __typename } }';

/** Withdraws the product, so that load tests leave none in the catalog. */
export async function takeOffSale(admin, id) {
  await executeOrThrow(WITHDRAW, { input: { id } }, admin);
}

export const STOCK = `query Stock($productId: ID!) {
  stock(productId: $productId) { total sold reserved remaining }
}`;

export async function readStock(productId) {
  return (await executeOrThrow(STOCK, { productId })).stock;
}
