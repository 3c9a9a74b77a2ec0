import { mutationOf } from '../../../tests/harness/mutation.ts';
import type { CreateProductInput, UpdateProductInput } from '../__generated__/resolvers-types.ts';
import { administrator, type ProductSubgraph } from './product-subgraph.ts';

/** A product as clients see it, and the mutations of the catalog. */
export interface SeenProduct {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly imageUrl: string | null;
  readonly type: string;
  readonly price: { readonly amount: number; readonly currency: string };
  readonly opensAt: string;
  readonly closesAt: string | null;
  readonly status: string;
  readonly purchaseLimit: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Outcome {
  readonly __typename: string;
  readonly product?: SeenProduct;
  readonly message?: string;
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
}

/** Instants may be any value that a test sends. */
type Sent<Input> = { readonly [Field in keyof Input]: unknown };

export const ALL_FIELDS =
  'id name description imageUrl type price { amount currency } opensAt closesAt status purchaseLimit createdAt updatedAt';

const OUTCOME = `... on ProductSaved { product { ${ALL_FIELDS} } } ... on Error { message }`;
const INVALID = '... on InvalidInput { problems { path message } }';

async function mutate(
  subgraph: ProductSubgraph,
  field: string,
  input: object,
  members = `${OUTCOME} ${INVALID}`,
): Promise<Outcome> {
  const query = mutationOf(field, members);
  return (await subgraph.read<Record<string, Outcome>>(query, { input }, administrator))[field]!;
}

export function create(
  subgraph: ProductSubgraph,
  input: Partial<Sent<CreateProductInput>> = {},
): Promise<Outcome> {
  const whole = { name: 'Mug', type: 'GENERAL', price: { amount: 12_000 }, ...input };
  return mutate(subgraph, 'createProduct', whole);
}

/** @throws when the product was refused */
export async function createdProduct(
  subgraph: ProductSubgraph,
  input: Partial<Sent<CreateProductInput>> = {},
): Promise<SeenProduct> {
  const { product, message } = await create(subgraph, input);
  if (!product) throw new Error(message);
  return product;
}

export const update = (
  subgraph: ProductSubgraph,
  input: { id: string } & Partial<Sent<Omit<UpdateProductInput, 'id'>>>,
): Promise<Outcome> => mutate(subgraph, 'updateProduct', input);

export const withdraw = (subgraph: ProductSubgraph, id: string): Promise<Outcome> =>
  mutate(subgraph, 'withdrawProduct', { id }, OUTCOME);

export async function seen(subgraph: ProductSubgraph, id: string): Promise<SeenProduct | null> {
  const query = `query ($id: ID!) { product(id: $id) { ${ALL_FIELDS} } }`;
  return (await subgraph.read<{ product: SeenProduct | null }>(query, { id })).product;
}

/** Entity references, as the router resolves them for another subgraph. */
export async function referenced(
  subgraph: ProductSubgraph,
  ids: readonly string[],
): Promise<(SeenProduct | null)[]> {
  const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Product { ${ALL_FIELDS} } } }`;
  const of = ids.map((id) => ({ __typename: 'Product', id }));
  return (await subgraph.read<{ _entities: (SeenProduct | null)[] }>(query, { of }))._entities;
}
