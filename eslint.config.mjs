import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Drivers and frameworks, each kept in the libs that own it; nothing else may import them. */
const OWNERS = {
  etcd3: ['storage'],
  lmdb: ['storage'],
  dockerode: ['container-runtime'],
  winston: ['component-base'],
  express: ['component-base'],
};

const LAYERS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

const layerConstraints = LAYERS.map((layer) => ({
  sourceTag: `layer:${layer}`,
  onlyDependOnLibsWithTags: LAYERS.filter((below) => below <= layer).map((below) => `layer:${below}`),
}));

const libraries = [
  'addon-manager',
  'api',
  'apimachinery',
  'apiserver',
  'client',
  'cloud',
  'cloud-controller-manager',
  'cluster-dns',
  'component-base',
  'container-runtime',
  'controller-manager',
  'controller-runtime',
  'kubelet',
  'launcher',
  'netfilter',
  'one-process',
  'pki',
  'program-image',
  'proxy',
  'quota',
  'scheduler',
  'storage',
];

const driverConstraints = libraries.map((library) => ({
  sourceTag: `scope:${library}`,
  bannedExternalImports: Object.keys(OWNERS).filter((driver) => !OWNERS[driver].includes(library)),
}));

export default tseslint.config(
  { ignores: ['**/node_modules', '**/dist', '**/generated', '.nx', '**/*.cjs', '**/*.mjs'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx, 'import-x': importX },
    settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.mts', '.js', '.json'] })] },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { allow: [], depConstraints: [...layerConstraints, ...driverConstraints] }],
      'import-x/no-cycle': ['error', { maxDepth: 8, ignoreExternal: true }],
      'max-lines': ['error', { max: 450, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': ['error', { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' }],
      'no-process-exit': 'off',
      '@typescript-eslint/explicit-function-return-type': ['error', { allowExpressions: true, allowTypedFunctionExpressions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      '@typescript-eslint/strict-boolean-expressions': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // Taking a field out of an object by destructuring is how it is left out of a copy.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['libs/**/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/*.conformance.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'A lib takes its configuration as an argument; only main.ts reads the environment.',
        },
        { object: 'process', property: 'argv', message: 'A lib takes its configuration as an argument; only main.ts reads the arguments.' },
        { object: 'process', property: 'exit', message: 'A lib throws; only main.ts ends the process.' },
      ],
    },
  },
  {
    files: ['**/*.spec.ts', '**/*.conformance.ts', 'e2e/**/*.ts', '**/testing/**/*.ts'],
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/explicit-function-return-type': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
);
