/** What a system error or a failed command is known by: `ENOENT`, an exit code; undefined for any other error. */
export function errorCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
