import type { ContainerConfig } from '../container-runtime';
import type { ScriptedEnd } from './scripted-end';
import { parseScript } from './shell/parse-script';
import { runProgram, type Surroundings } from './shell/programs';
import { CannotTell } from './shell/script';
import { Shell } from './shell/shell';

const SHELL = /^(\/bin\/|\/usr\/bin\/)?(ba|da)?sh$/;
/** Its command is a shell, which ends at once where it has nothing to read. */
const SHELL_IMAGE = /(^|\/)busybox(:[^/]*)?(@.*)?$/;

/**
 * How a simulated container ends, as far as that can be told from its command: a program of {@link runProgram}, or a shell script that
 * {@link parseScript} reads and that uses no others, so that a Job's pods end as on a real node.
 * @param around its files become those that the script leaves
 * @returns undefined for any other command: it runs until it is told to stop
 */
export function endOfCommand(
  container: Pick<ContainerConfig, 'image' | 'command' | 'args' | 'stdin' | 'env'>,
  around: Surroundings,
): ScriptedEnd | undefined {
  const { args = [], command = [], env, image, stdin } = container;
  const [program, ...words] = [...command, ...args];
  if (program === undefined) return SHELL_IMAGE.test(image) && !stdin ? { runMilliseconds: 0, exitCode: 0 } : undefined;
  try {
    if (!SHELL.test(program)) {
      const { exitCode, milliseconds } = runProgram(program, words, around);
      return { runMilliseconds: milliseconds, exitCode };
    }
    const [option, script, ...parameters] = words;
    if (option !== '-c' || script === undefined) return undefined;
    const numbered = parameters.map((value, index) => [String(index), value] as const);
    const shell = new Shell(new Map([...env.map(({ name, value }) => [name, value] as const), ...numbered]), around);
    shell.run(parseScript(script));
    return { runMilliseconds: shell.milliseconds, exitCode: shell.exitCode };
  } catch (error) {
    if (error instanceof CannotTell) return undefined;
    throw error;
  }
}
