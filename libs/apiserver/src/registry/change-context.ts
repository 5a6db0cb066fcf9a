import type { KubernetesObject } from '@keelson/apimachinery';
import type { VersionValidation } from '@keelson/api/server';
import type { AdmissionChain } from '../admission/admission-plugin';
import type { User } from '../http/api-request';

/** What every write carries with it from its request. */
export interface ChangeContext {
  readonly user: User;
  readonly dryRun: boolean;
  readonly warnings: Set<string>;
  readonly admission: AdmissionChain;
  /** The namespace and name of the URL; empty where it has none. */
  readonly namespace: string;
  readonly name: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  /** The change was worked out by the server, as a binding is: the kind's rules for what clients may change do not apply to it. */
  readonly isServersOwn?: boolean;
  /** What the version in which the change was written asks of the object, in place of the kind's own rules. */
  readonly validation?: VersionValidation<KubernetesObject> | undefined;
}
