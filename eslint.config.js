import { existsSync } from 'node:fs';
import tseslint from 'typescript-eslint';

/** The subgraphs. The folders are the architecture: the rules below state which of them may import which. */
const subgraphs = ['user', 'product', 'order'];

/** Forbids imports. Where several of these match a file only the last one applies, so one for a subfolder repeats those of its parents. */
const forbidAll = (files, ...forbidden) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: forbidden.map(([regex, message]) => ({ regex, message })) },
    ],
  },
});

const forbid = (files, forbidden, reason) => forbidAll(files, [forbidden, reason]);

/**
 * Inside order imports run down. By folder: the folders below it that it may import. Every folder may import itself, generated types and
 * `ORDER_BASE`; those with use cases may import the request's context, which has the services. No folder imports another root file.
 */
const ORDER_BASE = ['failpoints', 'outcome-labels'];
const ORDER_LAYERS = {
  wishlist: { below: ['purchase', 'orders'], hasUseCases: true },
  purchase: { below: ['batch', 'products', 'orders', 'stock'], hasUseCases: true },
  payment: { below: ['products', 'orders', 'stock'], hasUseCases: true },
  fulfilment: { below: ['orders', 'stock'], hasUseCases: true },
  batch: { below: ['orders', 'stock'] },
  products: { below: ['stock'] },
  orders: { below: ['stock'] },
  retention: { below: [] },
  stock: { below: [] },
};

const layer = ([folder, { below, hasUseCases = false }]) => {
  const folders = [...below, '__generated__'].join('|');
  const files = [...ORDER_BASE, ...(hasUseCases ? ['context'] : [])].join('|');
  const allowed = String.raw`\./(?!\.)|\.\./(?:${folders})/|\.\./(?:${files})\.ts$|\.\./\.\./\.\./platform/`;
  return forbid(
    [`subgraphs/order/${folder}/**/*.ts`],
    `^(?!${allowed})\\.`,
    `order/${folder}/ imports itself, ${[...below, 'platform'].join('/, ')}/ only: inside order imports run down.`,
  );
};

const ROUTER = ['(^|/)(subgraphs|scripts|tests)/', 'router/ imports platform/ only.'];
/** Every folder may import `config.ts`, for its settings; `config.ts` imports the modules that read the formats of some of them. */
const ABOVE_THE_GENERAL_ROUTER = [
  '(^|/)(storefront/|(main|start-router|edge-middleware|graphql-endpoint)\\.ts$)',
  'operation/, request/, schema/, execution/ and subgraph/ serve any graph: what knows the shop, or starts the router, imports them.',
];

/** A setting that is read beside `settingOf` is not trimmed there, so one value would mean two things. Writing a variable, and passing all of them on, is allowed. */
const PROCESS_ENV = '[object.name="process"][property.name="env"]';
const NO_READING = ':not(AssignmentExpression > .left):not(UnaryExpression[operator="delete"] > .argument)';
const settingsAreReadInOnePlace = [
  `MemberExpression:has(> MemberExpression.object${PROCESS_ENV})${NO_READING}`,
  `VariableDeclarator[id.type="ObjectPattern"]:has(> MemberExpression.init${PROCESS_ENV})`,
  `MemberExpression[object.name="environment"]${NO_READING}`,
].map((selector) => ({ selector, message: 'Read a setting by settingOf or readEnvironment.' }));

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
    '(^|/)(router|subgraphs|scripts|tests)/',
    'platform/ imports neither router/ nor a subgraph.',
  ),
  forbidAll(['router/**/*.ts'], ROUTER),
  forbidAll(
    ['router/{operation,request,schema,execution,subgraph,files}/**/*.ts'],
    ROUTER,
    ABOVE_THE_GENERAL_ROUTER,
  ),
  ...subgraphs.map((subgraph) =>
    forbid(
      [`subgraphs/${subgraph}/**/*.ts`],
      `(^|/)(router|scripts|tests|subgraphs|${subgraphs.filter((other) => other !== subgraph).join('|')})/`,
      'A subgraph imports itself and platform/ only.',
    ),
  ),
  ...Object.entries(ORDER_LAYERS).map(layer),
  {
    // Tests may reach for the harness; tests and scripts print to the console.
    files: ['**/*.test.ts', 'tests/**/*.ts', 'subgraphs/*/testing/**/*.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
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
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);
