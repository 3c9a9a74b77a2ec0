import { demoAccounts } from './demo.ts';

/** Words by which the first purchase finds its product: one without a limit for each buyer, so that it can be bought again. */
export const FIRST_PRODUCT = 'moon jar';

/**
 * A purchase to paste into a shell, as README.md has it.
 *
 * @param host of the router, with its port
 */
export function firstPurchase(host: string): string {
  const { email, password } = demoAccounts.buyer;
  const post = `curl -s ${host}/graphql -H 'content-type: application/json'`;
  return `TOKEN=$(${post} -d '{"query":
  "mutation { signIn(input: {email: \\"${email}\\", password: \\"${password}\\"}) { ... on Session { accessToken } } }"
}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')

PRODUCT=$(${post} -d '{"query":
  "{ products(first: 1, filter: {search: \\"${FIRST_PRODUCT}\\", status: OPEN}) { nodes { id } } }"
}' | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')

KEY=first-purchase-$(date +%s)

${post} -H "authorization: Bearer $TOKEN" -d '{"query":
  "mutation ($id: ID!, $key: String!) { purchase(input: {productId: $id, idempotencyKey: $key}) { __typename ... on PurchaseConfirmed { replayed order { id status items { product { name } } } } ... on Error { message } } }",
  "variables": {"id": "'$PRODUCT'", "key": "'$KEY'"}}'
`;
}
