import { containerConformance } from './containers.conformance';
import { imageConformance } from './images.conformance';
import { observationConformance } from './observation.conformance';
import { RuntimeHarness, type RuntimeUnderTest } from './runtime-harness';
import { sandboxConformance } from './sandboxes.conformance';
import { streamConformance } from './streams.conformance';

/** What every `ContainerRuntime` does. Each implementation's spec calls this once. */
export function containerRuntimeConformance(name: string, under: RuntimeUnderTest): void {
  describe(`${name} as a ContainerRuntime`, () => {
    const harness = new RuntimeHarness(under);
    beforeAll(() => harness.setUp(), 60_000);
    afterEach(() => harness.removeSandboxes(), 60_000);
    afterAll(() => harness.tearDown(), 60_000);

    sandboxConformance(harness);
    containerConformance(harness);
    streamConformance(harness);
    imageConformance(harness);
    observationConformance(harness);
  });
}
