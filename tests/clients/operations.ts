/** The operations that each client sends, as a front end of the shop has them. */

export const PRODUCT = `query Product($id: ID!) {
  product(id: $id) {
    id
    name
    stock {
      total
      remaining
    }
  }
}`;

export const PURCHASE = `mutation Purchase($input: PurchaseInput!) {
  purchase(input: $input) {
    __typename
    ... on PurchaseConfirmed {
      replayed
      order {
        id
        status
      }
    }
    ... on Error {
      message
    }
  }
}`;

export const MY_ORDERS = `query MyOrders($first: Int!, $after: String) {
  me {
    id
    orders(first: $first, after: $after) {
      edges {
        cursor
        node {
          id
          status
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}`;

export const ME = `query Me {
  me {
    id
    role
  }
}`;

export const REFRESH_SESSION = `mutation RefreshSession($input: RefreshSessionInput!) {
  refreshSession(input: $input) {
    __typename
    ... on Session {
      accessToken
      refreshToken
    }
  }
}`;

export interface ProductData {
  readonly product: {
    readonly id: string;
    readonly name: string;
    readonly stock: { readonly total: number; readonly remaining: number } | null;
  } | null;
}

export interface PurchaseData {
  readonly purchase:
    | {
        readonly __typename: 'PurchaseConfirmed';
        readonly replayed: boolean;
        readonly order: { readonly id: string };
      }
    | { readonly __typename: string; readonly message: string };
}

export interface MyOrdersData {
  readonly me: {
    readonly id: string;
    readonly orders: {
      readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    };
  } | null;
}

export interface MeData {
  readonly me: { readonly id: string; readonly role: string } | null;
}

export interface RefreshData {
  readonly refreshSession:
    | { readonly __typename: 'Session'; readonly accessToken: string; readonly refreshToken: string }
    | { readonly __typename: 'InvalidRefreshToken' };
}
