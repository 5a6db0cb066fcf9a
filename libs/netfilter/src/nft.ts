import { execFile } from 'node:child_process';

/** Runs nft with arguments and a standard input; the answer is its standard output. Throws NftError. */
export type RunNft = (args: readonly string[], input?: string) => Promise<string>;

/** nft refused: `line` is the script's line that it named, if it named one. */
export class NftError extends Error {
  readonly code = 'NftFailed';
  readonly stderr: string;
  readonly line: string | undefined;

  constructor(stderr: string, script: string, cause: unknown) {
    const line = failingLine(stderr, script);
    super(`nft failed${line === undefined ? '' : ` at "${line}"`}: ${firstLine(stderr)}`, { cause });
    this.stderr = stderr;
    this.line = line;
  }
}

export interface NftOptions {
  /** The nft program, found in the PATH by default. */
  readonly path?: string;
  /** A network namespace that `ip netns` knows, instead of the process' own. */
  readonly netns?: string;
}

/** Runs the nft program of the machine, without a shell. */
export function createNft({ path = 'nft', netns }: NftOptions = {}): RunNft {
  return (args, input = '') =>
    new Promise((resolve, reject) => {
      const program = netns === undefined ? path : 'ip';
      const inNamespace = netns === undefined ? args : ['netns', 'exec', netns, path, ...args];
      const child = execFile(program, inNamespace, { maxBuffer: 2 ** 30 }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new NftError(stderr === '' ? error.message : stderr, input, error));
      });
      // nft may end before it has read all; its exit status then says why.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input);
    });
}

function failingLine(stderr: string, script: string): string | undefined {
  const number = /^\S+?:(\d+):\d+/m.exec(stderr)?.[1];
  return number === undefined ? undefined : script.split('\n')[Number(number) - 1];
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
