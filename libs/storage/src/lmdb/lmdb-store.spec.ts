import { FakeClock } from '@keelson/apimachinery';
import { storeConformance } from '../conformance/store.conformance';
import type { StoreFixture } from '../conformance/store-harness';
import { temporaryFolder } from '../testing/temporary-folder';
import { openLmdbStore } from './open-lmdb-store';

storeConformance('lmdb', async (): Promise<StoreFixture> => {
  const folder = await temporaryFolder();
  const clock = new FakeClock();
  const store = await openLmdbStore({ path: folder.path, clock });
  const opened = [store];
  return {
    store,
    progressOnRequest: true,
    async reopen() {
      const again = await openLmdbStore({ path: folder.path, clock });
      opened.push(again);
      return again;
    },
    elapse: (seconds) => clock.advance(seconds * 1_000),
    async dispose() {
      await Promise.all(opened.map((each) => each.close()));
      expect(clock.pending).toBe(0);
      await folder.remove();
    },
  };
});
