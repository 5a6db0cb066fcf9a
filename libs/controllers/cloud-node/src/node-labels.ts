import type { DeepReadonly, Node } from '@keelson/api';
import type { InstanceMetadata } from '@keelson/cloud';

type Labels = Readonly<Record<string, string>>;

/** Labels that have an older name: what the older says counts (KEP-837). */
const RENAMED: readonly {
  readonly beta: string;
  readonly stable: string;
  readonly of: (instance: InstanceMetadata) => string | undefined;
}[] = [
  { beta: 'failure-domain.beta.kubernetes.io/zone', stable: 'topology.kubernetes.io/zone', of: ({ zone }) => zone },
  { beta: 'failure-domain.beta.kubernetes.io/region', stable: 'topology.kubernetes.io/region', of: ({ region }) => region },
  { beta: 'beta.kubernetes.io/instance-type', stable: 'node.kubernetes.io/instance-type', of: ({ instanceType }) => instanceType },
];

/** A domain that a cloud may not speak in. */
const KUBERNETES_LABEL = /(^|\.)(kubernetes|k8s)\.io\//;

/** The labels that the cloud gives a node, beside those that it has. */
export function cloudLabels({ metadata }: DeepReadonly<Node>, instance: InstanceMetadata): Labels {
  const known = RENAMED.flatMap(({ beta, of, stable }): [string, string][] => {
    const value = of(instance) ?? '';
    const pairs: [string, string][] = [
      [beta, value],
      [stable, value],
    ];
    return value === '' ? [] : pairs;
  });
  const additional = Object.entries(instance.additionalLabels ?? {}).filter(
    ([key]) => !KUBERNETES_LABEL.test(key) && metadata.labels?.[key] === undefined,
  );
  return Object.fromEntries([...known, ...additional]);
}

/** The labels whose newer name does not yet say what the older does. */
export function staleLabels({ metadata: { labels = {} } }: DeepReadonly<Node>): Labels {
  return Object.fromEntries(
    RENAMED.flatMap(({ beta, stable }): [string, string][] => {
      const value = labels[beta];
      return value === undefined || labels[stable] === value ? [] : [[stable, value]];
    }),
  );
}
