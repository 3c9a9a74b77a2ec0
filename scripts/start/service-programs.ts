/**
 * What Node is started with for each service. Under load, requests live for longer than it takes to fill a young generation of the usual size, so that
 * each collection copies all of them; twice the size means half of the collections. V8 reads it before any code runs, so it is no setting.
 */
export const NODE_FLAGS = ['--enable-source-maps', '--max-semi-space-size=32'] as const;

/** Imported before the code of a process that has a channel to this one: it ends when this one has ended, however that was. */
export const END_WITH_PARENT = new URL('./end-with-parent.mjs', import.meta.url).href;

/** Every service, with its program in the folder of what is compiled. */
export const SERVICE_PROGRAMS = {
  user: 'subgraphs/user/main.js',
  product: 'subgraphs/product/main.js',
  order: 'subgraphs/order/main.js',
  router: 'router/main.js',
} as const;

export type ServiceName = keyof typeof SERVICE_PROGRAMS;
