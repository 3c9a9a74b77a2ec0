import { expect, it } from 'vitest';
import { batchHeading, summarizeSql } from './sql-summary.ts';

it.each([
  ['SELECT id FROM orders WHERE id IN (?)', 'SELECT orders'],
  ['SELECT `p`.`id` FROM `product` `p` WHERE `p`.`id` = ? LIMIT 1', 'SELECT product'],
  ['SELECT o.id FROM orders o JOIN order_item i ON i.order_id = o.id', 'SELECT orders order_item'],
  ['SELECT id FROM (SELECT id FROM `firstcome_order`.`orders`) x', 'SELECT orders'],
  ['SELECT product_id FROM stock WHERE product_id = ? FOR UPDATE SKIP LOCKED', 'SELECT stock'],
  ['SELECT 1', 'SELECT'],
  [
    'INSERT INTO holding (held) VALUES ? ON DUPLICATE KEY UPDATE held = held + VALUES(held)',
    'INSERT holding',
  ],
  ['INSERT INTO a (x) SELECT y FROM b', 'INSERT a b'],
  ['\n  update stock SET sold = sold + 1', 'UPDATE stock'],
  ['DELETE FROM refresh_token WHERE id = ?', 'DELETE refresh_token'],
  ['START  TRANSACTION', 'START TRANSACTION'],
  ['COMMIT', 'COMMIT'],
  ['SET SESSION wait_timeout = 10', 'SET'],
  ['GRANT ALL ON secret TO mina', 'OTHER'],
  [
    `${batchHeading(['SET @a = 1', 'INSERT INTO orders (x) VALUES ?', 'UPDATE stock SET y = ?'])}SET @a = 1;`,
    'BATCH orders stock',
  ],
  ["/* BATCH orders' stock */ SELECT 1", 'OTHER'],
])('%s', (sql, summary) => {
  const { operation, tables } = summarizeSql(sql);
  expect([operation, ...tables].join(' ')).toBe(summary);
});

it.each([
  "SELECT id FROM account WHERE name = 'x from mina join kim'",
  'SELECT id FROM account WHERE name = "x from mina"',
  "INSERT INTO account (name) VALUES ('it\\'s from mina')",
  "UPDATE account SET name = 'from mina' WHERE id = X'00'",
  "SELECT ' from mina' FROM account",
])('nothing of a value is read: %s', (sql) => {
  expect(JSON.stringify(summarizeSql(sql))).not.toContain('mina');
});
