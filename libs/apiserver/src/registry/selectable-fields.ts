import type { KubernetesObject } from '@keelson/apimachinery';
import type { KindRules } from '@keelson/api/server';
import type { Selection } from '../watch-cache/cached-object';

const NO_LABELS: Readonly<Record<string, string>> = {};

/** Reads labels and selectable fields off an object's bytes, as its kind's rules say. */
export function selectionReader(rules: KindRules<KubernetesObject>): (json: Buffer) => Selection {
  const fields = Object.entries(rules.selectableFields ?? {});
  return (json) => {
    const object = JSON.parse(json.toString('utf8')) as KubernetesObject;
    return { labels: object.metadata.labels ?? NO_LABELS, fields: Object.fromEntries(fields.map(([name, read]) => [name, read(object)])) };
  };
}
