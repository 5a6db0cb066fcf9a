export type { DaemonContext } from './daemon';
export { HealthChecks, type HealthCheck, type HealthEndpoint } from './health-checks';
export { silentLogger, type LogFields, type Logger } from './logger';
