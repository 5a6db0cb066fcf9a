/** A script, as far as the simulated shell reads it: commands one after the other. */
export type Script = readonly Command[];

export type Command =
  | SimpleCommand
  | { readonly type: 'and' | 'or'; readonly left: Command; readonly right: Command }
  | { readonly type: 'not'; readonly command: Command }
  | { readonly type: 'if'; readonly branches: readonly Branch[]; readonly otherwise: Script };

export interface SimpleCommand {
  readonly type: 'simple';
  readonly assignments: readonly { readonly name: string; readonly value: Word }[];
  /** The program and its arguments; empty if there are only assignments. */
  readonly words: readonly Word[];
  /** The files its output is written to. */
  readonly outputs: readonly Word[];
}

/** One `if` or `elif`. */
export interface Branch {
  readonly condition: Script;
  readonly body: Script;
}

/** Pieces that stand side by side. What an unquoted expansion gives is split at blanks (POSIX XCU 2.6.5), all else stays whole. */
export type Word = readonly WordPiece[];

export type WordPiece =
  | { readonly type: 'text'; readonly text: string; readonly isQuoted: boolean }
  | { readonly type: 'parameter'; readonly name: string; readonly fallback: Word | undefined; readonly isQuoted: boolean }
  | { readonly type: 'output'; readonly script: Script; readonly isQuoted: boolean }
  | { readonly type: 'arithmetic'; readonly expression: Word; readonly isQuoted: boolean };

/** The simulated shell cannot tell when, or whether, this would end: the container runs until it is told to stop. */
export class CannotTell extends Error {
  readonly code = 'cannot-tell';
}
