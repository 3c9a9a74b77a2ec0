/** Operations that are ready to run, in the order in which a newcomer wants them. */
export interface Tab {
  readonly query: string;
  readonly variables?: string;
  readonly headers?: string;
}

/** For tabs that need somebody signed in: the first tab says where the token comes from. */
const SIGNED_IN = JSON.stringify({ authorization: 'Bearer PASTE-THE-ACCESS-TOKEN-HERE' }, null, 2);

const variables = (value: object) => JSON.stringify(value, null, 2);

export const TABS: readonly Tab[] = [
  {
    query: `# 1. Sign in as the demo buyer. Copy the accessToken
#    into the Headers (below, beside Variables) of
#    the tabs Purchase and MyOrders.
mutation SignIn($input: SignInInput!) {
  signIn(input: $input) {
    __typename
    ... on Session {
      accessToken
      accessTokenExpiresAt
      user {
        id
        role
      }
    }
    ... on Error {
      message
    }
  }
}
`,
    variables: variables({ input: { email: 'buyer@firstcome.example', password: 'firstcome-buyer' } }),
  },
  {
    query: `# 2. What is on sale, with live stock: the product
#    from one subgraph, its stock from another.
#    No sign-in needed.
query OpenProducts {
  products(first: 10, filter: { status: OPEN }) {
    totalCount
    nodes {
      id
      name
      type
      status
      price {
        amount
        currency
      }
      closesAt
      purchaseLimit
      stock {
        total
        sold
        reserved
        remaining
        soldOut
      }
    }
  }
}
`,
  },
  {
    query: `# 3. Buy one. Take the id of a product from tab 2,
#    and a new idempotencyKey for each purchase that
#    you want: the same key gives the same order.
mutation Purchase($input: PurchaseInput!) {
  purchase(input: $input) {
    __typename
    ... on PurchaseConfirmed {
      replayed
      order {
        id
        status
        total {
          amount
          currency
        }
        paymentDueAt
      }
    }
    ... on Busy {
      retryAfterMs
    }
    ... on InvalidInput {
      problems {
        path
        message
      }
    }
    ... on Error {
      message
    }
  }
}
`,
    variables: variables({
      input: { productId: 'PASTE-A-PRODUCT-ID-HERE', quantity: 1, idempotencyKey: 'my-first-purchase-0001' },
    }),
    headers: SIGNED_IN,
  },
  {
    query: `# 4. Your orders, with their products and buyer:
#    one operation, three subgraphs.
query MyOrders {
  me {
    orders(first: 5) {
      nodes {
        id
        status
        createdAt
        buyer {
          id
          name
        }
        items {
          quantity
          unitPrice {
            amount
            currency
          }
          product {
            id
            name
            stock {
              remaining
            }
          }
        }
        history {
          status
          at
        }
      }
    }
  }
}
`,
    headers: SIGNED_IN,
  },
  {
    query: `# 5. The clock that sales open and close by.
query ServerTime {
  serverTime
}
`,
  },
];
