import { ContainerStartError } from '../runtime-errors';

/** After this many seconds (a decimal number) each container of the pod ends by itself. */
export const RUN_SECONDS = 'hollow.keelson.dev/run-seconds';
/** With which exit code; 0 if absent. */
export const EXIT_CODE = 'hollow.keelson.dev/exit-code';

export interface ScriptedEnd {
  readonly runMilliseconds: number;
  readonly exitCode: number;
}

/** How a pod's annotations want its simulated containers to end; undefined if they run until told to stop. @throws ContainerStartError for a value that is no number */
export function scriptOf(annotations: Readonly<Record<string, string>>): ScriptedEnd | undefined {
  const seconds = annotations[RUN_SECONDS];
  if (seconds === undefined) return undefined;
  return {
    runMilliseconds: parse(RUN_SECONDS, seconds, /^\d+(\.\d+)?$/) * 1000,
    exitCode: parse(EXIT_CODE, annotations[EXIT_CODE] ?? '0', /^\d{1,3}$/),
  };
}

function parse(annotation: string, value: string, form: RegExp): number {
  if (!form.test(value))
    throw new ContainerStartError(`annotation ${annotation} must be a number: current value is ${JSON.stringify(value)}`);
  return Number(value);
}
