import type { HealthChecks, HealthEndpoint } from '../health-checks';

/** What a health endpoint answers. */
export interface HealthAnswer {
  readonly status: 200 | 500;
  readonly text: string;
  /** A line per failed check with its reason; for the log only, since who may ask is not who may know. */
  readonly problems: readonly string[];
}

/** The answer of `/livez`, `/readyz` or `/healthz`, in upstream's text. @param excluded the values of `?exclude=` */
export async function answerHealth(
  checks: HealthChecks,
  endpoint: HealthEndpoint,
  { verbose, excluded }: { readonly verbose: boolean; readonly excluded: readonly string[] },
): Promise<HealthAnswer> {
  const names = checks.names(endpoint);
  const results = new Map((await checks.run(endpoint, excluded)).map(({ name, problem }) => [name, problem]));
  const lines = names.map((name) => {
    if (excluded.includes(name)) return `[+]${name} excluded: ok\n`;
    return results.get(name) === undefined ? `[+]${name} ok\n` : `[-]${name} failed: reason withheld\n`;
  });
  const unknown = excluded.filter((name) => !names.includes(name)).sort();
  if (unknown.length > 0) lines.push(`warn: some health checks cannot be excluded: no matches for ${unknown.map(quoted).join(',')}\n`);
  const problems = [...results].flatMap(([name, problem]) => (problem === undefined ? [] : [`[-]${name} failed: ${problem}`]));
  if (problems.length > 0) return { status: 500, text: `${lines.join('')}${endpoint} check failed\n`, problems };
  return { status: 200, text: verbose ? `${lines.join('')}${endpoint} check passed\n` : 'ok', problems };
}

const quoted = (name: string): string => JSON.stringify(name);
