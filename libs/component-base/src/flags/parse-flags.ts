import { Command, CommanderError, Option } from 'commander';
import type { FlagDeclarations, FlagValues, Flag } from './flag';
import { FlagError } from './flag-error';
import { formatUsage, type Described } from './flag-usage';
import { normalizeArguments } from './normalize-arguments';

/** What a command line asks for. */
export type ParsedFlags<F extends FlagDeclarations> =
  | {
      readonly type: 'run';
      readonly values: FlagValues<F>;
      /** The names of the flags that were given; they win over a configuration file. */
      readonly given: ReadonlySet<keyof F & string>;
      /** A line for each deprecated flag that was given. */
      readonly warnings: readonly string[];
    }
  /** `--help`: print the text, run nothing. */
  | { readonly type: 'help'; readonly text: string };

/**
 * Reads a command line by its declarations.
 * @param args without the program's name
 * @throws FlagError in pflag's words on anything undeclared, malformed or left over
 */
export function parseFlags<F extends FlagDeclarations>(program: Described, flags: F, args: readonly string[]): ParsedFlags<F> {
  const given = new Map<string, unknown>();
  const command = commandFor(program, flags, given);
  try {
    command.parse(normalizeArguments(flags, args), { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.code === 'commander.helpDisplayed')
      return { type: 'help', text: formatUsage(program, flags) };
    throw error;
  }
  if (command.args.length > 0) {
    const rest = command.args.map((arg) => JSON.stringify(arg)).join(' ');
    throw new FlagError(`${JSON.stringify(program.name)} does not take any arguments, got [${rest}]`);
  }
  const values = Object.fromEntries(
    Object.entries(flags).map(([name, { default: value }]) => [name, given.has(name) ? given.get(name) : value]),
  );
  return {
    type: 'run',
    values: Object.freeze(values) as FlagValues<F>,
    given: new Set(given.keys()),
    warnings: [...given.keys()].flatMap((name) => deprecationOf(name, flags[name])),
  };
}

/** Commander matches arguments and options; every value it meets lands in `given`. */
function commandFor({ name }: Described, flags: FlagDeclarations, given: Map<string, unknown>): Command {
  const command = new Command(name)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .helpOption('-h, --help')
    .allowExcessArguments();
  for (const [flagName, declared] of Object.entries(flags))
    command.addOption(
      new Option(`--${flagName} <value>`).argParser((text) => {
        const value = valueOf(flagName, declared, text);
        given.set(flagName, given.has(flagName) ? joined(declared, given.get(flagName), value) : value);
      }),
    );
  return command;
}

function joined({ type }: Flag<unknown>, earlier: unknown, later: unknown): unknown {
  return type.join === undefined ? later : type.join(earlier, later);
}

function valueOf(name: string, { type, shorthand }: Flag<unknown>, text: string): unknown {
  try {
    return type.parse(text);
  } catch (error) {
    const shown = shorthand === undefined ? `--${name}` : `-${shorthand}, --${name}`;
    throw new FlagError(`invalid argument ${JSON.stringify(text)} for "${shown}" flag: ${(error as Error).message}`, { cause: error });
  }
}

function deprecationOf(name: string, declared: Flag<unknown> | undefined): string[] {
  return declared?.deprecated === undefined ? [] : [`Flag --${name} has been deprecated, ${declared.deprecated}`];
}
