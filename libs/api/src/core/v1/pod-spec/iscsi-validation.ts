import { addProblems, inRange, type DeepReadonly, type FieldErrors, type FieldPath } from '@keelson/apimachinery';
import type { ISCSIPersistentVolumeSource, ISCSIVolumeSource } from '../../../generated/core/v1';
import { isEmpty } from '../../../presence';

const MAX_LUN = 255;

/** The portal is part of a directory's name together with the volume's. */
const MAX_NAME_AND_PORTAL = 64;
const NAME_AND_PORTAL =
  'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';

/** The three forms of an iSCSI name (RFC 3720, 3.2.6.3). */
const NAME_FORMS: readonly (readonly [prefix: string, form: RegExp])[] = [
  ['iqn', /iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/],
  ['eui', /^eui.[A-Za-z0-9]{16}$/],
  ['naa', /^naa.[A-Za-z0-9]{32}$/],
];

type Source = DeepReadonly<ISCSIVolumeSource | ISCSIPersistentVolumeSource>;

export function validateIscsi(iscsi: Source, path: FieldPath, errors: FieldErrors): void {
  if (isEmpty(iscsi.targetPortal)) errors.required(path.child('targetPortal'));
  if (isEmpty(iscsi.iqn)) errors.required(path.child('iqn'));
  else validateName(iscsi.iqn, path.child('iqn'), errors);
  addProblems(inRange(iscsi.lun, 0, MAX_LUN), iscsi.lun, path.child('lun'), errors);
  if ((iscsi.chapAuthDiscovery === true || iscsi.chapAuthSession === true) && iscsi.secretRef === undefined)
    errors.required(path.child('secretRef'));
  if (iscsi.initiatorName !== undefined) validateName(iscsi.initiatorName, path.child('initiatorname'), errors);
}

/** `at` is the field that is at fault if the name of the volume is too long for the portal. */
export function validateNameWithPortal(
  { iscsi, name, shown }: { readonly iscsi: Source | undefined; readonly name: string; readonly shown: string },
  at: FieldPath,
  errors: FieldErrors,
): void {
  if (iscsi?.initiatorName === undefined) return;
  if (`${name}:${iscsi.targetPortal}`.length > MAX_NAME_AND_PORTAL) errors.invalid(at, shown, NAME_AND_PORTAL);
}

function validateName(name: string, path: FieldPath, errors: FieldErrors): void {
  const form = NAME_FORMS.find(([prefix]) => name.startsWith(prefix));
  if (form === undefined) errors.invalid(path, name, 'must be valid format starting with iqn, eui, or naa');
  else if (!form[1].test(name)) errors.invalid(path, name, 'must be valid format');
}
