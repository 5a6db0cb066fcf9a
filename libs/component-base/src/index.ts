export { systemTimers, type Timers } from './clock';
export { field, type ConfigField, type ConfigFields, type ConfigValues } from './config/config-fields';
export { loadConfigFile, type ConfigFileSpec } from './config/load-config-file';
export type { DaemonContext } from './daemon';
export { followFiles, type FollowOptions } from './files/follow-files';
export { writeFileAtomically } from './files/write-file-atomically';
export {
  flagOf,
  flagWithZero,
  type Declare,
  type Flag,
  type FlagDeclarations,
  type FlagFacts,
  type FlagType,
  type FlagValues,
} from './flags/flag';
export { FlagError } from './flags/flag-error';
export { flag, type PortRange } from './flags/flag-types';
export { parseFlags, type ParsedFlags } from './flags/parse-flags';
export { secureServingFlags } from './flags/secure-serving-flags';
export { tlsFlags } from './flags/tls-flags';
export { formatGoDuration, parseGoDuration } from './go-duration';
export { HealthChecks, type HealthCheck, type HealthEndpoint } from './health-checks';
export { createDaemonApp, type CheckAccess, type DaemonAppOptions, type Refusal } from './http/daemon-app';
export { serveHttp, serveHttps, type Listening, type ServeOptions, type ServeTlsOptions, type TlsListening } from './http/serve';
export { tlsPolicy, type TlsPolicy, type TlsPolicyOptions } from './http/tls-policy';
export { silentLogger, type LogFields, type Logger } from './logger';
export { createLogger, type LoggerOptions } from './logging/create-logger';
export { counter, exponentialBuckets, gauge, histogram, registerMetrics, type MetricDeclaration } from './metrics/declared-metrics';
export { createMetricsRegistry } from './metrics/metrics-registry';
export type { ProcessFigures } from './metrics/process-metrics';
export { runDaemon, type DaemonHost, type DaemonSpec } from './run-daemon';
export { KEELSON_VERSION, KUBERNETES_VERSION, versionInfo, type VersionInfo } from './version';
