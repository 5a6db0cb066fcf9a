import { addProblems, dns1123Subdomain, qualifiedName, type FieldErrors, type FieldPath } from '@keelson/apimachinery';

const MAX_DRIVER_NAME = 63;
const MAX_PARAMETERS = 512;
const MAX_PARAMETER_BYTES = 256 * 1024;

/** The name of a CSI driver, of whichever case. */
export function validateDriverName(name: string, path: FieldPath, errors: FieldErrors): void {
  if (name === '') return errors.required(path);
  if (name.length > MAX_DRIVER_NAME) errors.tooLong(path, MAX_DRIVER_NAME);
  addProblems(dns1123Subdomain(name.toLowerCase()), name, path, errors);
}

/** What makes volumes: a CSI driver or something in a cluster's own code, such as `kubernetes.io/no-provisioner`. */
export function validateProvisioner(name: string, path: FieldPath, errors: FieldErrors): void {
  if (name === '') return errors.required(path);
  addProblems(qualifiedName(name.toLowerCase()), name.toLowerCase(), path, errors);
}

/** What a driver is told of a class; only it knows what that means. */
export function validateParameters(parameters: Readonly<Record<string, string>>, path: FieldPath, errors: FieldErrors): void {
  const entries = Object.entries(parameters);
  if (entries.length > MAX_PARAMETERS) return errors.tooLong(path, MAX_PARAMETERS);
  if (entries.some(([key]) => key === '')) errors.invalid(path, '', 'field can not be empty.');
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  if (bytes > MAX_PARAMETER_BYTES) errors.tooLong(path, MAX_PARAMETER_BYTES);
}
