/** Of the checkout; the commands run this file as it was compiled, in dist/. */
export const ROOT = new URL(
  import.meta.url.includes('/dist/tests/') ? '../../../' : '../../',
  import.meta.url,
);
