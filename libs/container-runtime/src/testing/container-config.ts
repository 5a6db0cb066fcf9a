import type { ContainerConfig } from '../container-runtime';

/** A container of `image` that asks for nothing, but for what `overrides` says. */
export function containerConfig(image: string, overrides: Partial<ContainerConfig> = {}): ContainerConfig {
  return {
    name: 'main',
    attempt: 0,
    image,
    env: [],
    mounts: [],
    devices: [],
    labels: {},
    annotations: {},
    logPath: 'main/0.log',
    stdin: false,
    stdinOnce: false,
    tty: false,
    resources: {},
    security: {},
    ...overrides,
  };
}
