import { flag } from '@keelson/component-base';

/** A controller by the name that `--controllers` takes. */
export interface NamedController {
  readonly name: string;
  /** Its name before Kubernetes 1.27, which `--controllers` takes too. */
  readonly alias?: string;
}

export const controllersFlag = flag.strings({
  section: 'Generic',
  usage: "Which controllers run: '*' for all, a name for one, '-name' to leave one out",
  default: ['*'],
});

/**
 * The controllers that `--controllers` names, in the order of `all`. The first word about a controller counts.
 * @param others controllers that `selection` may speak of too
 * @throws Error for a name that there is not
 */
export function chosenControllers<C extends NamedController>(
  all: readonly C[],
  selection: readonly string[],
  others: readonly NamedController[] = [],
): readonly C[] {
  const isAbout = (word: string, { alias, name }: NamedController): boolean => [name, alias].includes(word.replace(/^-/, ''));
  const unknown = selection.find((word) => word !== '*' && ![...all, ...others].some((controller) => isAbout(word, controller)));
  if (unknown !== undefined)
    throw new Error(
      `${JSON.stringify(unknown.replace(/^-/, ''))} is not in the list of known controllers: ${all.map(({ name }) => name).join(', ')}`,
    );
  return all.filter((controller) => {
    const word = selection.find((each) => isAbout(each, controller));
    return word === undefined ? selection.includes('*') : !word.startsWith('-');
  });
}
