import type { FieldErrors, FieldPath } from '@keelson/apimachinery';
import { listOf } from '../../../presence';

const SHORT: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** As a cell shows them: `RWO,ROX`, in a fixed order and each once. */
export function accessModesText(modes: readonly string[] | undefined): string {
  return Object.entries(SHORT)
    .filter(([mode]) => listOf(modes).includes(mode))
    .map(([, short]) => short)
    .join(',');
}

export function validateAccessModes(modes: readonly string[], path: FieldPath, errors: FieldErrors): void {
  for (const mode of modes) if (SHORT[mode] === undefined) errors.notSupported(path, mode, Object.keys(SHORT).sort());
  const others = modes.filter((mode) => mode !== 'ReadWriteOncePod' && SHORT[mode] !== undefined);
  if (modes.includes('ReadWriteOncePod') && others.length > 0)
    errors.forbidden(path, 'may not use ReadWriteOncePod with other access modes');
}

/** The annotation that came before `spec.storageClassName`, and still wins. */
export const STORAGE_CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
