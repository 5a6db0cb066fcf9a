/** Unit tests: every `*.spec.ts` beside the code it tests. End-to-end tests have a configuration of their own in `e2e/`. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/tools'],
  testMatch: ['**/*.spec.ts'],
  transform: {
    '^.+\\.(m?[tj]s)$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'commonjs' } }],
  },
  // These packages ship ES modules only, which Jest can load once they are transformed.
  transformIgnorePatterns: ['/node_modules/(?!(jose|@peculiar|pako|@noble|commander)/)'],
  moduleFileExtensions: ['ts', 'mts', 'js', 'mjs', 'cjs', 'json', 'node'],
  injectGlobals: true,
  // A test that hangs has to end, but none may fail because the machine is busy.
  testTimeout: 60_000,
};
