export { createTestCluster, type TestCluster, type TestClusterOptions } from './testing/create-test-cluster';
