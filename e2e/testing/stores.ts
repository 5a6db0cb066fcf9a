import { spawnSync } from 'node:child_process';

export type StoreName = 'lmdb' | 'etcd';

const STORES: readonly StoreName[] = ['lmdb', 'etcd'];

/** Why clusters with this store can't be tested here; undefined if they can. */
function whyNot(store: StoreName): string | undefined {
  return store === 'lmdb' || spawnSync('etcd', ['--version']).status === 0 ? undefined : 'etcd is not installed';
}

/** The same tests for clusters that keep their objects in either store. */
export function describeOnEachStore(title: string, tests: (store: StoreName) => void): void {
  for (const store of STORES) {
    const reason = whyNot(store);
    const suite = reason === undefined ? describe : describe.skip;
    suite(`${title}, with ${store}${reason === undefined ? '' : ` (not run: ${reason})`}`, () => tests(store));
  }
}
