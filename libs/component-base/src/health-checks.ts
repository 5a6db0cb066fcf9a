/** Rejects with what is wrong; resolves when all is well. */
export type HealthCheck = () => Promise<void> | void;

/** Which of `/livez`, `/readyz` and `/healthz` ask a check. */
export type HealthEndpoint = 'livez' | 'readyz' | 'healthz';

/**
 * The named checks behind a daemon's health endpoints. A check belongs to all endpoints unless it names some.
 * Invariant: a name is registered once.
 */
export class HealthChecks {
  readonly #checks = new Map<string, { check: HealthCheck; endpoints: readonly HealthEndpoint[] }>();

  /** @throws Error if `name` is taken */
  add(name: string, check: HealthCheck, endpoints: readonly HealthEndpoint[] = ['livez', 'readyz', 'healthz']): void {
    if (this.#checks.has(name)) throw new Error(`a health check named ${name} is registered already`);
    this.#checks.set(name, { check, endpoints });
  }

  /** The checks of `endpoint`, in the order of registration. */
  names(endpoint: HealthEndpoint): string[] {
    return [...this.#checks].filter(([, { endpoints }]) => endpoints.includes(endpoint)).map(([name]) => name);
  }

  /** Runs one check. @returns undefined if `endpoint` has none of this name */
  async runOne(endpoint: HealthEndpoint, name: string): Promise<{ problem: string | undefined } | undefined> {
    const found = this.#checks.get(name);
    return found?.endpoints.includes(endpoint) === true ? { problem: await problemOf(found.check) } : undefined;
  }

  /** Runs the checks of `endpoint`. @returns a line per check, in the order of registration, with what is wrong if anything is */
  async run(endpoint: HealthEndpoint, excluded: readonly string[] = []): Promise<{ name: string; problem: string | undefined }[]> {
    const asked = [...this.#checks].filter(([name, { endpoints }]) => endpoints.includes(endpoint) && !excluded.includes(name));
    return Promise.all(asked.map(async ([name, { check }]) => ({ name, problem: await problemOf(check) })));
  }
}

async function problemOf(check: HealthCheck): Promise<string | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
