import { stringify } from 'yaml';

/** A value of JSON as YAML, in the form that upstream answers in: names in order, list items no deeper than their list, and YAML 1.1's words quoted. */
export function yamlText(value: unknown): string {
  return stringify(value, { version: '1.1', sortMapEntries: true, indentSeq: false, aliasDuplicateObjects: false });
}
