import type { DeepReadonly, FieldErrors, FieldPath } from '@keelson/apimachinery';
import type { Binding } from '../../../generated/core/v1';
import { isEmpty } from '../../../presence';

/** A pod is bound to a node, and to nothing else. */
export function validateBinding({ target }: DeepReadonly<Binding>, path: FieldPath, errors: FieldErrors): void {
  const { kind = '', name } = target;
  if (kind !== '' && kind !== 'Node') errors.notSupported(path.child('target', 'kind'), kind, ['Node', '<empty>']);
  if (isEmpty(name)) errors.required(path.child('target', 'name'));
}
