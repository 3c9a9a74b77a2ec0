import { createRequire } from 'node:module';
import type * as Shield from 'graphql-shield';

const require = createRequire(import.meta.url);

/**
 * graphql-shield, on every version of Node. It uses `isUndefined` of `node:util`, which Node 23 has removed: its ES module cannot be loaded
 * there, and its CommonJS one finds the function if it was put back before.
 */
const util = require('node:util') as { isUndefined?: (value: unknown) => boolean };
util.isUndefined ??= (value) => value === undefined;

export const { allow, deny, rule, shield } = require('graphql-shield') as typeof Shield;
export type IRules = Shield.IRules;
