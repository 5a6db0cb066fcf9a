/**
 * `--authorization-always-allow-paths`: each a whole path or, with `*` at its end, a prefix; a slash in front may be left out.
 * @throws Error naming the path that has a `*` elsewhere
 */
export function alwaysAllowedPaths(paths: readonly string[]): (path: string) => boolean {
  const bare = (path: string): string => path.replace(/^\//, '');
  const wrong = paths.find((path) => bare(path).slice(0, -1).includes('*'));
  if (wrong !== undefined) throw new Error(`--authorization-always-allow-paths: only trailing * allowed in ${JSON.stringify(bare(wrong))}`);
  const allowed = paths.map(bare);
  return (path) => allowed.some((each) => (each.endsWith('*') ? bare(path).startsWith(each.slice(0, -1)) : bare(path) === each));
}
