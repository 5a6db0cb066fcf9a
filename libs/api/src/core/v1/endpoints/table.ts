import type { DeepReadonly } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import type { TableColumn } from '../../../define-kind';
import type { Endpoints } from '../../../generated/core/v1';
import { listOf } from '../../../presence';

/** A cell shows this many addresses, and how many more there are. */
const SHOWN = 3;

export const columns: readonly TableColumn<Endpoints>[] = [
  nameColumn,
  { name: 'Endpoints', type: 'string', value: addressesText },
  ageColumn,
];

function addressesText({ subsets }: DeepReadonly<Endpoints>): string {
  if (listOf(subsets).length === 0) return '<none>';
  const all = listOf(subsets).flatMap(({ addresses, ports }) =>
    (listOf(ports).length === 0 ? [undefined] : listOf(ports)).flatMap((port) =>
      listOf(addresses).map(({ ip }) => (port === undefined ? ip : `${ip.includes(':') ? `[${ip}]` : ip}:${port.port}`)),
    ),
  );
  const shown = all.slice(0, SHOWN).join(',');
  return all.length > SHOWN ? `${shown} + ${all.length - SHOWN} more...` : shown;
}
