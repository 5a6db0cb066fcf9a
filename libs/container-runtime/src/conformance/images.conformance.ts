import { ImageMissing, ImagePullError } from '../runtime-errors';
import type { RuntimeHarness } from './runtime-harness';

/** Images on the node, and those that are not. */
export function imageConformance(harness: RuntimeHarness): void {
  const { withImages } = harness;

  describe('images', () => {
    it('knows an image that is present, and pulls it again without complaint if images are simulated', async () => {
      expect((await harness.runtime.image(harness.under.image))?.tags).toContain(harness.under.image);
    });

    withImages('knows nothing of one that is missing, and makes no container of it', async () => {
      const sandbox = harness.sandboxConfig();
      const sandboxId = await harness.runSandbox(sandbox);
      expect(await harness.runtime.image('keelson/absent:1')).toBeUndefined();
      await expect(
        harness.runtime.createContainer(sandboxId, harness.containerConfig({ image: 'keelson/absent:1' }), sandbox),
      ).rejects.toBeInstanceOf(ImageMissing);
      await harness.runtime.removeImage('keelson/absent:1');
    });

    withImages('says why a pull failed', async () => {
      const pull = harness.runtime.pullImage(
        '127.0.0.1:1/absent:1',
        { username: 'u', password: 'p', serverAddress: '127.0.0.1:1' },
        AbortSignal.timeout(20_000),
      );
      await expect(pull).rejects.toBeInstanceOf(ImagePullError);
    });
  });
}
