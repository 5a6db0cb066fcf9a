/** What the launcher says to its user, line by line. */
export interface Terminal {
  /** Something was done, or is about to be. */
  say(line: string): void;
}

/** What the user can mend; shown as one line, without a stack. */
export class UserError extends Error {
  readonly code = 'user-error';
}
