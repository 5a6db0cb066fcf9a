export { FakeCloud, type FakeMachine } from './fake-cloud';
