/** The release of Kubernetes whose API, flags, metrics and files Keelson speaks. */
export const KUBERNETES_VERSION = 'v1.36.3';

/** Keelson's own release; the build metadata of the reported version. */
export const KEELSON_VERSION = '0.1.0';

/** What `/version` answers and `kubernetes_build_info` counts: upstream's `version.Info`. */
export interface VersionInfo {
  readonly major: string;
  readonly minor: string;
  readonly emulationMajor: string;
  readonly emulationMinor: string;
  readonly minCompatibilityMajor: string;
  readonly minCompatibilityMinor: string;
  readonly gitVersion: string;
  readonly gitCommit: string;
  readonly gitTreeState: string;
  readonly buildDate: string;
  /** Clients only show it; the Node release takes the place of Go's. */
  readonly goVersion: string;
  readonly compiler: string;
  readonly platform: string;
}

/** The architectures' names as Go, and so `kubectl version` and image manifests, spell them. */
const GO_ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', arm64: 'arm64' };

/** @param runtime what runs this program; `process` fits */
export function versionInfo(runtime: { readonly version: string; readonly platform: string; readonly arch: string }): VersionInfo {
  return {
    major: '1',
    minor: '36',
    emulationMajor: '1',
    emulationMinor: '36',
    minCompatibilityMajor: '1',
    minCompatibilityMinor: '35',
    gitVersion: `${KUBERNETES_VERSION}+keelson.${KEELSON_VERSION}`,
    gitCommit: '',
    gitTreeState: '',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: `node-${runtime.version}`,
    compiler: 'v8',
    platform: `${runtime.platform}/${GO_ARCHITECTURES[runtime.arch] ?? runtime.arch}`,
  };
}
