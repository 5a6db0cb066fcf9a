import { spawnSync } from 'node:child_process';

/** How to run something where it meets nobody else's ports. */
export interface OwnNetwork {
  /** What goes in front of a command. */
  readonly prefix: readonly string[];
  remove(): void;
}

/**
 * A network namespace with a loopback and one address, so that clusters under test don't meet the user's own on their fixed ports. Nothing leads
 * out of it.
 * @returns undefined where none can be made: without root, or without ip(8)
 */
export function makeOwnNetwork(): OwnNetwork | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const name = `keelson-test-${process.pid}`;
  const ip = (...args: readonly string[]): boolean => spawnSync('ip', args, { stdio: 'ignore' }).status === 0;
  if (!ip('netns', 'add', name)) return undefined;
  const remove = (): void => void ip('netns', 'delete', name);
  const inside = (...args: readonly string[]): boolean => ip('-n', name, ...args);
  const isWhole =
    inside('link', 'set', 'lo', 'up') &&
    inside('link', 'add', 'machine', 'type', 'bridge') &&
    inside('address', 'add', '198.18.0.1/24', 'dev', 'machine') &&
    inside('link', 'set', 'machine', 'up');
  if (isWhole) return { prefix: ['ip', 'netns', 'exec', name], remove };
  remove();
  return undefined;
}
