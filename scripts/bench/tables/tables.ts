import { growth } from './growth.ts';
import { routerAlone } from './router-alone.ts';
import { strategies } from './strategies.ts';
import type { Table } from './table.ts';
import { wholeSystem } from './whole-system.ts';

/** In the order of the report. */
export const TABLES: readonly Table[] = [routerAlone, wholeSystem, strategies, growth];
