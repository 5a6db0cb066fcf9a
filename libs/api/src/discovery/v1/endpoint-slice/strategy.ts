import { semanticEqual } from '@keelson/apimachinery';
import { ageColumn, nameColumn } from '../../../columns';
import { defineKind, type TableColumn } from '../../../define-kind';
import { endpointslices, type EndpointSlice } from '../../../generated/discovery/v1';
import { elementsOf, listOf } from '../../../presence';
import { validateEndpointSlice, validateEndpointSliceUpdate } from './validation';

/** A cell shows this many ports or addresses. */
const SHOWN = 3;

const columns: readonly TableColumn<EndpointSlice>[] = [
  nameColumn,
  { name: 'AddressType', type: 'string', value: ({ addressType }) => addressType },
  {
    name: 'Ports',
    type: 'string',
    value: ({ ports }) => firstOf(listOf(ports).map(({ name, port }) => (port === undefined ? (name ?? '*') : String(port)))),
  },
  { name: 'Endpoints', type: 'string', value: ({ endpoints }) => firstOf(listOf(endpoints).flatMap(({ addresses }) => [...addresses])) },
  ageColumn,
];

export const endpointSlice = defineKind(endpointslices, {
  defaults,
  prepareForCreate: dropTopology,
  prepareForUpdate(next, previous) {
    if (!semanticEqual(next.endpoints, previous.endpoints)) dropTopology(next);
  },
  generationFrom: ['endpoints', 'ports', 'addressType'],
  validate: validateEndpointSlice,
  validateUpdate: validateEndpointSliceUpdate,
  warnings: ({ addressType }) => (addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : []),
  columns,
});

function defaults(slice: EndpointSlice): void {
  for (const port of elementsOf(slice.ports)) {
    port.name ??= '';
    port.protocol ??= 'TCP';
  }
}

/** It is read by who knew an older version of the API; nobody writes it any more. */
function dropTopology(slice: EndpointSlice): void {
  for (const endpoint of elementsOf(slice.endpoints)) delete endpoint.deprecatedTopology;
}

function firstOf(texts: readonly string[]): string {
  if (texts.length === 0) return '<unset>';
  const shown = texts.slice(0, SHOWN).join(',');
  return texts.length > SHOWN ? `${shown} + ${texts.length - SHOWN} more...` : shown;
}
