export { FakeApi, type Reaction } from './fake-api';
export type { RecordedWrite } from './fake-resource';
export { testController, testInformers, type TestController, type TestDeps } from './test-controller';
