import { createHash } from 'node:crypto';
import { pack } from 'tar-stream';
import { buffer } from 'node:stream/consumers';
import { pauseProgram, type Architecture } from './pause-program';

/** The tag changes with the program, so that a node which has an older one gets the new. */
export const PAUSE_IMAGE = 'keelson/pause:1';

/** An image that holds {@link pauseProgram} alone, in the form that `docker load` reads. The same bytes every time. */
export async function pauseImage(architecture: Architecture): Promise<Buffer> {
  const layer = await tar([{ name: 'pause', content: pauseProgram(architecture), mode: 0o755 }]);
  const config = Buffer.from(
    JSON.stringify({
      architecture,
      os: 'linux',
      created: '1970-01-01T00:00:00Z',
      config: { Entrypoint: ['/pause'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    }),
  );
  const configName = `${sha256(config)}.json`;
  const manifest = [{ Config: configName, RepoTags: [PAUSE_IMAGE], Layers: ['layer/layer.tar'] }];
  return tar([
    { name: 'manifest.json', content: Buffer.from(JSON.stringify(manifest)), mode: 0o644 },
    { name: configName, content: config, mode: 0o644 },
    { name: 'layer/layer.tar', content: layer, mode: 0o644 },
  ]);
}

async function tar(files: readonly { readonly name: string; readonly content: Buffer; readonly mode: number }[]): Promise<Buffer> {
  const archive = pack();
  for (const { name, content, mode } of files) archive.entry({ name, mode, mtime: new Date(0) }, content);
  archive.finalize();
  return buffer(archive);
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
