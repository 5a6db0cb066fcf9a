/** What the pods on a node are told about it. Changes while the kubelet runs, so it is read anew each time. */
export interface NodeFacts {
  readonly hostIPs: readonly string[];
  readonly allocatable: Readonly<Record<string, string>>;
}
