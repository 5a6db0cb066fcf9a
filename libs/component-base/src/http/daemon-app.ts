import type { IncomingMessage } from 'node:http';
import express, { type Express, type RequestHandler, type Response } from 'express';
import type { Registry } from 'prom-client';
import type { HealthChecks, HealthEndpoint } from '../health-checks';
import type { Logger } from '../logger';
import type { VersionInfo } from '../version';
import { answerHealth } from './health-text';

/** The answer to a request that may not pass. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly contentType: string;
  readonly body: string;
}

/** Who asks, and may they: delegated to the apiserver by TokenReview and SubjectAccessReview, as a rule. Rejects if it can't be known. */
export type CheckAccess = (request: IncomingMessage) => Promise<Refusal | undefined>;

const NO_SNIFFING = { 'X-Content-Type-Options': 'nosniff' };

const ENDPOINTS: readonly HealthEndpoint[] = ['healthz', 'livez', 'readyz'];

export interface DaemonAppOptions {
  readonly health: HealthChecks;
  readonly metrics: Registry;
  readonly version: VersionInfo;
  readonly log: Logger;
  /** What `/configz` shows: configurations by name, without secrets. */
  readonly configz?: Readonly<Record<string, unknown>>;
  /** Is asked about every request, also those for health; without it everybody may see everything. */
  readonly checkAccess?: CheckAccess | undefined;
  /** More paths of this daemon, behind the same access check. */
  readonly extend?: (app: Express) => void;
}

/** The HTTP surface that every daemon but the apiserver has: `/healthz`, `/livez`, `/readyz`, `/metrics`, `/version`, `/configz`. */
export function createDaemonApp(options: DaemonAppOptions): Express {
  const app = express().disable('x-powered-by').disable('etag');
  if (options.checkAccess !== undefined) app.use(accessFilter(options.checkAccess, options.log));
  for (const endpoint of ENDPOINTS) addHealth(app, endpoint, options);
  app.get('/metrics', async (_request, response) => {
    response.type(options.metrics.contentType).send(await options.metrics.metrics());
  });
  app.get('/version', (_request, response) => void response.json(options.version));
  app.get('/configz', (_request, response) => void response.json(options.configz ?? {}));
  options.extend?.(app);
  app.use((_request, response) => sendText(response, 404, '404 page not found\n'));
  return app;
}

/** Who can't be checked is not let in; upstream: k8s.io/apiserver/pkg/endpoints/handlers/responsewriters. */
function accessFilter(checkAccess: CheckAccess, log: Logger): RequestHandler {
  return async (request, response, next) => {
    try {
      const refusal = await checkAccess(request);
      if (refusal === undefined) next();
      else
        response
          .status(refusal.status)
          .set({ 'Content-Type': refusal.contentType, ...NO_SNIFFING })
          .send(refusal.body);
    } catch (error) {
      log.error('Unable to check access', { error, path: request.path });
      const problem = `Internal Server Error: ${JSON.stringify(request.originalUrl)}: ${error instanceof Error ? error.message : String(error)}`;
      sendText(response, 500, `${withoutMarkup(problem)}\n`);
    }
  };
}

/** So that no browser takes an error for a page. */
const withoutMarkup = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function addHealth(app: Express, endpoint: HealthEndpoint, { health, log }: DaemonAppOptions): void {
  app.get(`/${endpoint}`, async (request, response) => {
    const query = new URL(request.originalUrl, 'http://localhost').searchParams;
    const answer = await answerHealth(health, endpoint, { verbose: query.has('verbose'), excluded: query.getAll('exclude') });
    if (answer.status !== 200) log.v(2, 'Health check failed', { endpoint, problems: answer.problems });
    sendText(response, answer.status, answer.text);
  });
  // The names of checks may have slashes in them (`poststarthook/...`).
  app.get(`/${endpoint}/*name`, async (request, response, next) => {
    const result = await health.runOne(endpoint, decodeURIComponent(request.path.slice(endpoint.length + 2)));
    if (result === undefined) next();
    else if (result.problem === undefined) sendText(response, 200, 'ok');
    else sendText(response, 500, `internal server error: ${result.problem}\n`);
  });
}

function sendText(response: Response, status: number, text: string): void {
  response
    .status(status)
    .set({ 'Content-Type': 'text/plain; charset=utf-8', ...NO_SNIFFING })
    .send(text);
}
