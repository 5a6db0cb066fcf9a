import type { VersionInfo } from '../version';
import { flagOf } from './flag';

/** `--version` prints one line, `--version=raw` all there is to know. */
export type VersionRequest = 'true' | 'false' | 'raw';

const REQUESTS: readonly VersionRequest[] = ['true', 'false', 'raw'];

export const versionFlag = flagOf<VersionRequest>({
  name: 'version[=true]',
  bare: 'true',
  parse(text) {
    const request = REQUESTS.find((candidate) => candidate === text);
    if (request === undefined) throw new Error('must be true, false or raw');
    return request;
  },
  format: () => '',
})({ section: 'Global', usage: '--version, --version=raw prints version information and quits', default: 'false' });

/** @returns what the flag asks to be printed, with its line end; undefined if the daemon is to run */
export function versionText(request: VersionRequest, info: VersionInfo): string | undefined {
  if (request === 'false') return undefined;
  return request === 'raw' ? `${JSON.stringify(info, undefined, 2)}\n` : `Kubernetes ${info.gitVersion}\n`;
}
