import { AdmissionChain } from '../admission/admission-plugin';
import type { ChangeContext } from './change-context';

const SELF = { name: 'system:apiserver', groups: ['system:masters'] };
/** For writes that follow from a request which passed admission as something else. */
export const NO_ADMISSION = new AdmissionChain([]);

/** The context of a write that the server makes on its own account, with nobody's request behind it. */
export function internalContext(target: {
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}): ChangeContext {
  const { name = '', namespace = '', subresource = '' } = target;
  return { user: SELF, dryRun: false, warnings: new Set(), admission: NO_ADMISSION, namespace, name, subresource };
}
