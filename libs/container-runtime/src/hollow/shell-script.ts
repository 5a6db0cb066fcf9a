import type { ContainerConfig } from '../container-runtime';
import type { ScriptedEnd } from './scripted-end';

const SHELL = /^(\/bin\/|\/usr\/bin\/)?(ba|da)?sh$/;
/** Its command is a shell, which ends at once where it has nothing to read. */
const SHELL_IMAGE = /(^|\/)busybox(:[^/]*)?(@.*)?$/;

/**
 * How a simulated container ends that is told to run a shell script. No script is run; of its words only `sleep SECONDS` and `exit CODE` are understood, so that a Job's
 * pods end as on a real node: it sleeps as long as its first `sleep` says, and of several exits it takes the one that succeeds.
 * @returns undefined for anything else: it runs until it is told to stop
 */
export function endOfShellScript(container: Pick<ContainerConfig, 'image' | 'command' | 'args' | 'stdin'>): ScriptedEnd | undefined {
  const { args = [], command = [], image, stdin } = container;
  const [program, ...words] = [...command, ...args];
  if (program === undefined) return SHELL_IMAGE.test(image) && !stdin ? { runMilliseconds: 0, exitCode: 0 } : undefined;
  if (!SHELL.test(program)) return undefined;
  const script = words.join(' ');
  const codes = [...script.matchAll(/\bexit (\d{1,3})\b/g)].map(([, code]) => Number(code));
  const [first] = codes;
  if (first === undefined) return undefined;
  return { runMilliseconds: Number(/\bsleep (\d+(\.\d+)?)/.exec(script)?.[1] ?? 0) * 1000, exitCode: codes.includes(0) ? 0 : first };
}
