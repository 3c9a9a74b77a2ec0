import type { Sql } from 'sql-template-tag';
import type { EntityManager } from 'typeorm';
import { bytesToUuid } from '../../../platform/uuid.ts';
import { Product } from '../catalog/product.ts';
import { PRODUCT_ORDERS, type Position } from './product-order.ts';
import type { ListReads } from './list-concurrency.ts';
import {
  endOfScan,
  candidateCount,
  candidatePage,
  maxCandidates,
  sizesOf,
  directPage,
  totalOf,
  scannedPage,
} from './list-queries.ts';
import type { PageRequest, Selection } from './selection.ts';
import { sourcesOf, type Source } from './sources.ts';

export interface FoundPage {
  readonly products: Product[];
  /** The position where a bounded index scan ended before the page was full; null: the page is full, or the list ends with it. */
  readonly truncatedAt: Position | null;
}

/** Lists of products in MySQL, limited per client (`clientKeyOf`). Read from the replica where there is one, so a recent change may be missing. */
export interface ProductListRepository {
  /** Reads a bounded number of rows, however many products there are and whatever is selected. */
  findPage(client: string, selection: Selection, page: PageRequest): Promise<FoundPage>;
  /**
   * With words, counted within a candidate set of bounded size: the true total may be higher where each of the words is in more
   * names than that.
   */
  count(client: string, selection: Selection): Promise<number>;
}

export const createProductListRepository = (lists: ListReads): ProductListRepository => ({
  findPage: (client, selection, page) => lists.read(client, (manager) => findPage(manager, selection, page)),
  count: (client, selection) => lists.read(client, (manager) => count(manager, selection)),
});

/**
 * A page is found in one of two ways: by an index scan in its order, which is fast where many products match, or by sorting a
 * candidate set from the most selective other index, which is fast where few do. Counts of index ranges decide between them.
 */
async function findPage(manager: EntityManager, selection: Selection, page: PageRequest): Promise<FoundPage> {
  const completePage = async (ids: Sql): Promise<FoundPage> => ({
    products: await productsOf(manager, ids, page),
    truncatedAt: null,
  });
  const { words, status } = selection;
  if (words.length === 0 && (status === null || status === 'WITHDRAWN'))
    return completePage(directPage(selection, page));

  if (words.length > 0) {
    const selective = await mostSelectiveSource(manager, selection);
    if (selective.isComplete) return completePage(candidatePage(selective.source, selection, page));
    const scanned = await completePage(scannedPage(selection, page));
    if (scanned.products.length === page.limit) return scanned;
  } else {
    const scanned = await completePage(scannedPage(selection, page));
    if (scanned.products.length === page.limit) return scanned;
    const selective = await mostSelectiveSource(manager, selection);
    if (selective.isComplete) return completePage(candidatePage(selective.source, selection, page));
  }

  // Scanned again up to a fixed position, so that a change between the two statements cannot be skipped.
  const truncatedAt = await findEnd(manager, selection, page);
  const products = await productsOf(manager, scannedPage(selection, page, truncatedAt), page);
  return { products, truncatedAt: products.length === page.limit ? null : truncatedAt };
}

async function count(manager: EntityManager, selection: Selection): Promise<number> {
  const statement =
    selection.words.length === 0
      ? totalOf(selection)
      : candidateCount((await mostSelectiveSource(manager, selection)).source, selection);
  const [row] = await query<{ count: string | number }>(manager, statement);
  return Number(row?.count);
}

interface MostSelective {
  readonly source: Source;
  /** Whether all of it fits into a candidate set. */
  readonly isComplete: boolean;
}

async function mostSelectiveSource(manager: EntityManager, selection: Selection): Promise<MostSelective> {
  const sources = sourcesOf(selection);
  const [row] = await query<Record<string, string | number>>(manager, sizesOf(sources, selection));
  const measured = sources.map((source, index) => ({ source, size: Number(row?.[`size${index}`]) }));
  const { source, size } = measured.reduce((least, next) => (next.size < least.size ? next : least));
  return { source, isComplete: size <= maxCandidates(selection) };
}

async function findEnd(
  manager: EntityManager,
  selection: Selection,
  page: PageRequest,
): Promise<Position | null> {
  const [end] = await query<{ id: Buffer; place: Date | number }>(manager, endOfScan(selection, page));
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

function query<Row>(manager: EntityManager, statement: Sql): Promise<Row[]> {
  return manager.query<Row[]>(statement.sql, statement.values);
}
