/** End-to-end tests: whole clusters, started as a user starts them. One at a time, since a cluster's daemons listen on fixed ports. */
module.exports = {
  ...require('../jest.config.cjs'),
  rootDir: '..',
  roots: ['<rootDir>/e2e'],
  maxWorkers: 1,
  testTimeout: 180_000,
};
