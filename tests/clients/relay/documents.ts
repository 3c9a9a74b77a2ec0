import { graphql } from 'react-relay';

/** What a page has in its components. relay-compiler makes code of it; this file is not run. */

export const product = graphql`
  query documentsProductQuery($id: ID!) {
    product(id: $id) {
      id
      name
      stock {
        total
        remaining
      }
    }
  }
`;

export const purchase = graphql`
  mutation documentsPurchaseMutation($input: PurchaseInput!) {
    purchase(input: $input) {
      __typename
      ... on PurchaseConfirmed {
        order {
          id
          status
        }
      }
      ... on Error {
        message
      }
    }
  }
`;

export const me = graphql`
  query documentsMeQuery {
    me {
      id
      role
    }
  }
`;

export const orders = graphql`
  query documentsOrdersQuery($first: Int!) {
    me {
      ...documents_orders
    }
  }
`;

export const ordersOfUser = graphql`
  fragment documents_orders on User
  @argumentDefinitions(cursor: { type: "String" })
  @refetchable(queryName: "documentsOrdersPaginationQuery") {
    orders(first: $first, after: $cursor) @connection(key: "documents_orders") {
      edges {
        node {
          id
        }
      }
    }
  }
`;

export const catalog = graphql`
  query documentsCatalogQuery($first: Int!) {
    ...documents_catalog
  }
`;

export const products = graphql`
  fragment documents_catalog on Query
  @argumentDefinitions(cursor: { type: "String" })
  @refetchable(queryName: "documentsCatalogPaginationQuery") {
    products(first: $first, after: $cursor) @connection(key: "documents_products") {
      edges {
        node {
          id
        }
      }
    }
  }
`;

export const productPage = graphql`
  query documentsProductPageQuery($id: ID!) {
    product(id: $id) {
      ...documents_product
    }
  }
`;

export const stockOfProduct = graphql`
  fragment documents_product on Product @refetchable(queryName: "documentsProductRefetchQuery") {
    name
    stock {
      remaining
    }
  }
`;

export const orderPage = graphql`
  query documentsOrderPageQuery($id: ID!) {
    order(id: $id) {
      ...documents_order
    }
  }
`;

export const statusOfOrder = graphql`
  fragment documents_order on Order @refetchable(queryName: "documentsOrderRefetchQuery") {
    status
    buyer {
      role
    }
  }
`;
