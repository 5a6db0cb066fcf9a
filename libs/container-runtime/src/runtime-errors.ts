/** The engine can't be reached, or went away during the call: it isn't known whether the call took effect. */
export class RuntimeUnavailable extends Error {
  readonly code = 'runtime-unavailable';
}

/** There is no such sandbox or container. */
export class NotFound extends Error {
  readonly code = 'not-found';
}

/** The container or sandbox exists and doesn't run, so there is nothing to join. */
export class NotRunning extends Error {
  readonly code = 'not-running';
}

/** Asked of a runtime whose {@link RuntimeCapabilities} rule it out. */
export class NotSupported extends Error {
  readonly code = 'not-supported';
}

/** The image isn't on the node. */
export class ImageMissing extends Error {
  readonly code = 'image-missing';

  constructor(image: string, options?: ErrorOptions) {
    super(`no such image: ${image}: pull it first`, options);
  }
}

/** The registry refused, has no such image, or couldn't be reached; the message is the engine's. */
export class ImagePullError extends Error {
  readonly code = 'image-pull-error';

  constructor(image: string, reason: string, options?: ErrorOptions) {
    super(`failed to pull image ${JSON.stringify(image)}: ${reason}`, options);
  }
}

/** The container's command couldn't be run; the container stays behind as `exited` with reason `ContainerCannotRun`. */
export class ContainerStartError extends Error {
  readonly code = 'container-start-error';
}

/** A command couldn't be run in a running container. */
export class ExecError extends Error {
  readonly code = 'exec-error';
}

/** Nothing in the sandbox took the connection. */
export class PortForwardError extends Error {
  readonly code = 'port-forward-error';
}
