/** How the text after a flag becomes a value. */
export interface FlagType<T> {
  /** As `--help` shows it, pflag's type names; empty where it shows none. */
  readonly name: string;
  /** The value of the flag when it is given without one (`--leader-elect`); a flag whose type has none needs a value. */
  readonly bare?: string;
  /** @throws Error that says what is wrong with `text` */
  parse(text: string): T;
  /** A default, as `--help` shows it; empty if it goes without saying. */
  format(value: T): string;
  /** The value of a flag that was given more than once; without it the last one counts. */
  join?(earlier: T, later: T): T;
}

/** What a declaration says beside the type. */
export interface FlagFacts {
  /** The heading under which `--help` lists it, upstream's: `Secure serving`. */
  readonly section: string;
  readonly usage: string;
  /** One letter, for `-v`. */
  readonly shorthand?: string;
  /** What to use instead; who gives the flag is told so. */
  readonly deprecated?: string;
  /** Taken, and not listed by `--help`. */
  readonly hidden?: boolean;
}

/** One declared flag. Its name, upstream's, is its key in the declarations. */
export interface Flag<T> extends FlagFacts {
  readonly type: FlagType<Exclude<T, undefined>>;
  /** The value when the flag isn't given. */
  readonly default: T;
}

/** All flags of a daemon by name. Only what is declared is accepted. */
export type FlagDeclarations = Readonly<Record<string, Flag<unknown>>>;

/** The values by flag name: `values['secure-port']`. */
export type FlagValues<F extends FlagDeclarations> = { readonly [N in keyof F]: F[N] extends Flag<infer T> ? T : never };

/** Declares a flag of a type; without a default its value may be undefined. */
export interface Declare<T> {
  (facts: FlagFacts & { readonly default: T }): Flag<T>;
  (facts: FlagFacts): Flag<T | undefined>;
}

/** For flags of a type that isn't among {@link flag}'s. */
export function flagOf<T>(type: FlagType<T>): Declare<T> {
  function declare(facts: FlagFacts & { readonly default: T }): Flag<T>;
  function declare(facts: FlagFacts): Flag<T | undefined>;
  function declare(facts: FlagFacts & { readonly default?: T }): Flag<T> | Flag<T | undefined> {
    return { ...facts, type: type as FlagType<Exclude<T, undefined>>, default: facts.default };
  }
  return declare;
}

/** For types with a natural nothing: `false`, no elements. */
export function flagWithZero<T>(type: FlagType<T>, zero: T): (facts: FlagFacts & { readonly default?: T }) => Flag<T> {
  return (facts) => ({ ...facts, type: type as FlagType<Exclude<T, undefined>>, default: facts.default ?? zero });
}
