import type { Sql } from 'sql-template-tag';
import type { EntityManager } from 'typeorm';
import { bytesToUuid } from '../../../platform/uuid.ts';
import { Product } from '../catalog/product.ts';
import { PRODUCT_ORDERS, type Position } from './product-order.ts';
import type { ListReads } from './list-concurrency.ts';
import {
  endOfWalk,
  gatheredCount,
  gatheredPage,
  mostGathered,
  sizesOf,
  straightPage,
  totalOf,
  walkedPage,
} from './list-queries.ts';
import type { PageRequest, Selection } from './selection.ts';
import { sourcesOf, type Source } from './sources.ts';

export interface FoundPage {
  readonly products: Product[];
  /** Where the search for more was given up, since it had looked at so many; null: the page is full, or there are no more. */
  readonly gaveUpAt: Position | null;
}

/** The products in MySQL, as lists, read on behalf of a client (`clientKeyOf`). As the replica has them, where there is one: what was just changed may be missing. */
export interface ProductListRepository {
  /** Looks at a bounded number of rows, however many products there are and whatever is selected. */
  findPage(client: string, selection: Selection, page: PageRequest): Promise<FoundPage>;
  /**
   * With words, of as many products as may be looked at: the true total may be higher where each of the words is in more
   * names than that.
   */
  count(client: string, selection: Selection): Promise<number>;
}

export const createProductListRepository = (lists: ListReads): ProductListRepository => ({
  findPage: (client, selection, page) => lists.read(client, (manager) => findPage(manager, selection, page)),
  count: (client, selection) => lists.read(client, (manager) => count(manager, selection)),
});

/**
 * Two ways lead to a page: a walk in its order, which soon fills it where many match, and gathering all that match from
 * another index and sorting them, where few do. What few or many are is asked of the indexes.
 */
async function findPage(manager: EntityManager, selection: Selection, page: PageRequest): Promise<FoundPage> {
  const whole = async (ids: Sql): Promise<FoundPage> => ({
    products: await productsOf(manager, ids, page),
    gaveUpAt: null,
  });
  const { words, status } = selection;
  if (words.length === 0 && (status === null || status === 'WITHDRAWN'))
    return whole(straightPage(selection, page));

  if (words.length > 0) {
    const narrow = await narrowestSource(manager, selection);
    if (narrow.isWhole) return whole(gatheredPage(narrow.source, selection, page));
    const walked = await whole(walkedPage(selection, page));
    if (walked.products.length === page.limit) return walked;
  } else {
    const walked = await whole(walkedPage(selection, page));
    if (walked.products.length === page.limit) return walked;
    const narrow = await narrowestSource(manager, selection);
    if (narrow.isWhole) return whole(gatheredPage(narrow.source, selection, page));
  }

  // Read again up to a place that is named, so that what is changed meanwhile cannot be passed over.
  const gaveUpAt = await findEnd(manager, selection, page);
  const products = await productsOf(manager, walkedPage(selection, page, gaveUpAt), page);
  return { products, gaveUpAt: products.length === page.limit ? null : gaveUpAt };
}

async function count(manager: EntityManager, selection: Selection): Promise<number> {
  const statement =
    selection.words.length === 0
      ? totalOf(selection)
      : gatheredCount((await narrowestSource(manager, selection)).source, selection);
  const [row] = await ask<{ count: string | number }>(manager, statement);
  return Number(row?.count);
}

interface Narrowest {
  readonly source: Source;
  /** Whether all that it has may be gathered. */
  readonly isWhole: boolean;
}

async function narrowestSource(manager: EntityManager, selection: Selection): Promise<Narrowest> {
  const sources = sourcesOf(selection);
  const [row] = await ask<Record<string, string | number>>(manager, sizesOf(sources, selection));
  const measured = sources.map((source, index) => ({ source, size: Number(row?.[`size${index}`]) }));
  const { source, size } = measured.reduce((least, next) => (next.size < least.size ? next : least));
  return { source, isWhole: size <= mostGathered(selection) };
}

async function findEnd(
  manager: EntityManager,
  selection: Selection,
  page: PageRequest,
): Promise<Position | null> {
  const [end] = await ask<{ id: Buffer; place: Date | number }>(manager, endOfWalk(selection, page));
  return end ? { id: bytesToUuid(end.id), value: end.place } : null;
}

function productsOf(manager: EntityManager, ids: Sql, { order }: PageRequest): Promise<Product[]> {
  const { by, direction } = PRODUCT_ORDERS[order];
  // TypeORM binds by name: the values of `:1`, `:2`, … in the statement.
  const values = Object.fromEntries(ids.values.map((value, index) => [index + 1, value]));
  return manager
    .createQueryBuilder(Product, 'product')
    .innerJoin(`(${ids.statement})`, 'found', 'found.id = product.id', values)
    .orderBy(`product.${by}`, direction)
    .addOrderBy('product.id', direction)
    .getMany();
}

function ask<Row>(manager: EntityManager, statement: Sql): Promise<Row[]> {
  return manager.query<Row[]>(statement.sql, statement.values);
}
