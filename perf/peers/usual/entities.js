import 'reflect-metadata';
import { DataSource, EntitySchema } from 'typeorm';

export const Product = new EntitySchema({
  name: 'Product',
  tableName: 'product',
  columns: {
    id: { type: 'varchar', length: 36, primary: true },
    name: { type: 'varchar', length: 200 },
    amount: { type: 'int' },
    currency: { type: 'char', length: 3 },
  },
});

export const Stock = new EntitySchema({
  name: 'Stock',
  tableName: 'stock',
  columns: {
    productId: { type: 'varchar', length: 36, primary: true },
    total: { type: 'int' },
    sold: { type: 'int' },
    amount: { type: 'int' },
    currency: { type: 'char', length: 3 },
  },
});

export const Order = new EntitySchema({
  name: 'Order',
  tableName: 'orders',
  columns: {
    id: { type: 'varchar', primary: true, generated: 'uuid' },
    userId: { type: 'varchar', length: 36 },
    idempotencyKey: { type: 'varchar', length: 64 },
    status: { type: 'varchar', length: 20 },
    amount: { type: 'int' },
    currency: { type: 'char', length: 3 },
    createdAt: { type: 'datetime', createDate: true },
  },
  relations: { items: { type: 'one-to-many', target: 'OrderItem', inverseSide: 'order', cascade: true } },
  uniques: [{ columns: ['userId', 'idempotencyKey'] }],
});

export const OrderItem = new EntitySchema({
  name: 'OrderItem',
  tableName: 'order_item',
  columns: {
    id: { type: 'int', primary: true, generated: true },
    productId: { type: 'varchar', length: 36 },
    quantity: { type: 'int' },
    unitPrice: { type: 'int' },
  },
  relations: { order: { type: 'many-to-one', target: 'Order', inverseSide: 'items' } },
});

/** Tables are made from the entities. */
export const connect = (...entities) =>
  new DataSource({ type: 'mysql', url: process.env.MYSQL_URL, entities, synchronize: true }).initialize();
