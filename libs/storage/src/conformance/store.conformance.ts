import { endOfDataConformance } from './end-of-data.conformance';
import { listConformance } from './list.conformance';
import { StoreHarness, type StoreFixture } from './store-harness';
import { watchConformance } from './watch.conformance';
import { writeConformance } from './write.conformance';

/** The contract of `Store`, sentence by sentence. Each implementation's spec calls this once. */
export function storeConformance(name: string, open: () => Promise<StoreFixture>): void {
  describe(`${name} as a Store`, () => {
    const harness = new StoreHarness(open);
    beforeEach(() => harness.setUp());
    afterEach(() => harness.tearDown());

    writeConformance(harness);
    listConformance(harness);
    watchConformance(harness);
    endOfDataConformance(harness);
  });
}
