/** A command line that can't be taken as it is. The message is one line, in pflag's words, for the user. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
  readonly code = 'InvalidFlags';
}
