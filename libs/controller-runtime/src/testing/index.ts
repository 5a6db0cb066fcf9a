export { FakeApi, type Reaction, type RecordedWrite } from './fake-api';
export { testController, testInformers, type TestController, type TestDeps } from './test-controller';
