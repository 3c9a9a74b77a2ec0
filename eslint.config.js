import { existsSync } from 'node:fs';
import tseslint from 'typescript-eslint';

/** The subgraphs. The folders are the architecture: the rules below state which of them may import which. */
const subgraphs = ['user', 'product', 'order'];

const forbiddenImports = (...forbidden) => ({
  'no-restricted-imports': ['error', { patterns: forbidden.map(([regex, message]) => ({ regex, message })) }],
});

const TESTING = ['(^|/)testing/', 'testing/ is imported by tests only.'];

/** Forbids imports. Where several of these match a file only the last one applies. */
const forbid = (files, ...forbidden) => ({ files, rules: forbiddenImports(TESTING, ...forbidden) });

/** A setting that is read beside `settingOf` is not trimmed there, so one value would mean two things. Writing a variable, and passing all of them on, is allowed. */
const PROCESS_ENV = '[object.name="process"][property.name="env"]';
const NO_READING = ':not(AssignmentExpression > .left):not(UnaryExpression[operator="delete"] > .argument)';
const settingsAreReadInOnePlace = [
  `MemberExpression:has(> MemberExpression.object${PROCESS_ENV})${NO_READING}`,
  `VariableDeclarator[id.type="ObjectPattern"]:has(> MemberExpression.init${PROCESS_ENV})`,
  `MemberExpression[object.name="environment"]${NO_READING}`,
].map((selector) => ({ selector, message: 'Read a setting by settingOf or readEnvironment.' }));

/** The rules for imports do not see it. A process imports what it starts so, after it has read its settings. */
const dynamicImport = {
  selector: 'ImportExpression[source.value=/^\\./]',
  message: 'Import it by a declaration, whose direction is checked.',
};

const ORDER_BASE = ['failpoints', 'outcome-labels'];

/**
 * Inside the router and each subgraph imports run down. By folder: the folders below it that it may import, and root files. Every folder may
 * import itself, generated types and `platform/`.
 */
const LAYERS = {
  'subgraphs/order': {
    wishlist: { below: ['purchase', 'orders'], files: ['context'] },
    purchase: { below: ['batch', 'products', 'orders', 'stock'], files: ['context', ...ORDER_BASE] },
    payment: { below: ['products', 'orders', 'stock'], files: ['context', ...ORDER_BASE] },
    fulfilment: { below: ['orders', 'stock'], files: ['context', ...ORDER_BASE] },
    batch: { below: ['orders', 'stock'], files: ORDER_BASE },
    products: { below: ['stock'], files: ORDER_BASE },
    orders: { below: ['stock'], files: ORDER_BASE },
    retention: { below: [], files: ORDER_BASE },
    stock: { below: [], files: ORDER_BASE },
  },
  'subgraphs/product': {
    lists: { below: ['sale', 'catalog', 'search'], files: ['context'] },
    sale: { below: ['catalog'] },
    cache: { below: ['catalog'] },
    catalog: { below: ['search'], files: ['context'] },
    search: { below: [] },
  },
  'subgraphs/user': {
    sessions: { below: ['attempt-limits', 'verification', 'accounts', 'personal-data'], files: ['context'] },
    passwords: { below: ['attempt-limits', 'verification', 'accounts', 'personal-data'], files: ['context'] },
    'attempt-limits': { below: ['verification', 'personal-data'], files: ['context'] },
    verification: { below: ['accounts', 'personal-data'], files: ['context'] },
    accounts: { below: ['personal-data'], files: ['context'] },
    'personal-data': { below: [] },
  },
  // What knows the shop is `storefront/`; the folders below it serve any graph. The settings of all are in `config.ts`.
  router: {
    storefront: {
      below: ['schema', 'request', 'execution', 'subgraph', 'operation', 'files'],
      files: ['config', 'edge-middleware'],
    },
    schema: { below: ['execution', 'subgraph', 'operation', 'files'], files: ['config'] },
    request: { below: ['execution', 'subgraph', 'operation', 'files'], files: ['config'] },
    execution: { below: ['subgraph', 'operation'] },
    subgraph: { below: ['operation', 'files'], files: ['config'] },
    operation: { below: ['files'], files: ['config'] },
    processes: { below: [], files: ['config'] },
    files: { below: [] },
  },
};
const DEEPEST_FOLDER = 3;

/** One rule for each depth at which a file may stand below the folder, since it decides what leads out of it. */
const layer = (root, folder, { below, files = [] }) =>
  Array.from({ length: DEEPEST_FOLDER }, (_, depth) => {
    const up = (levels) => String.raw`\.\./`.repeat(levels);
    const allowed = [
      String.raw`\./`,
      ...Array.from({ length: depth }, (_, i) => String.raw`${up(i + 1)}(?!\.)`),
      `${up(depth + 1)}(?:${[...below, '__generated__'].join('|')})/`,
      ...files.map((file) => String.raw`${up(depth + 1)}${file}\.ts$`),
      `${up(depth + 1 + root.split('/').length)}platform/`,
    ];
    return {
      files: [`${root}/${folder}/${'*/'.repeat(depth)}*.ts`],
      rules: {
        ...forbiddenImports(TESTING, [
          String.raw`^(?!${allowed.join('|')})\.`,
          `${root}/${folder}/ imports itself, ${[...below, 'platform'].join('/, ')}/ only: imports run down.`,
        ]),
        'no-restricted-syntax': ['error', ...settingsAreReadInOnePlace, dynamicImport],
      },
    };
  });

/** The clients are a package of its own: their types are known where its packages are installed. */
const clients = existsSync('tests/clients/node_modules') ? [] : ['tests/clients/'];

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'dist-dev/',
      '**/node_modules/',
      '.data/',
      '**/__generated__/',
      'perf/',
      // Its types are made of the schema of a running router.
      'tests/clients/gql-tada/',
      // A test makes it, perhaps while the linter runs.
      'tests/clients/.readme-*/',
      ...clients,
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js', 'scripts/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'prefer-const': 'error',
      'max-lines': ['error', { max: 400 }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  forbid(
    ['platform/**/*.ts'],
    ['(^|/)(router|subgraphs|scripts|tests)/', 'platform/ imports neither router/ nor a subgraph.'],
  ),
  forbid(['scripts/**/*.ts']),
  forbid(['router/**/*.ts'], ['(^|/)(subgraphs|scripts|tests)/', 'router/ imports platform/ only.']),
  ...subgraphs.map((subgraph) =>
    forbid(
      [`subgraphs/${subgraph}/**/*.ts`],
      [
        `(^|/)(router|scripts|tests|subgraphs|${subgraphs.filter((other) => other !== subgraph).join('|')})/`,
        'A subgraph imports itself and platform/ only.',
      ],
    ),
  ),
  { files: ['scripts/**/*', 'tests/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    // What runs before anything is built cannot import it.
    ignores: [
      'platform/config/environment.ts',
      'scripts/{bootstrap,packages,container-health}.mjs',
      'vitest.config.ts',
      'tests/**/*.ts',
      'subgraphs/*/testing/**/*.ts',
      '**/*.test.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', ...settingsAreReadInOnePlace] },
  },
  ...Object.entries(LAYERS).flatMap(([root, folders]) =>
    Object.entries(folders).flatMap(([folder, rules]) => layer(root, folder, rules)),
  ),
  {
    // Tests may reach for the harness.
    files: ['**/*.test.ts', 'tests/**/*.ts', '{router,platform,scripts,subgraphs}/**/testing/**/*.ts'],
    rules: { 'no-restricted-imports': 'off', 'no-restricted-syntax': 'off' },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);
