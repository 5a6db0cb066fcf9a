import type { RunNft } from '@keelson/netfilter';

/** Everything that kube-proxy writes lies in this table. */
export const TABLE = { family: 'ip', name: 'kube-proxy' } as const;

/** Removes all that kube-proxy has written, if there is anything (`--cleanup`). @throws NftError */
export async function cleanUp(nft: RunNft): Promise<void> {
  const table = `table ${TABLE.family} ${TABLE.name}`;
  // Added first, so that there is something to delete in any case.
  await nft(['-f', '-'], `add ${table}\ndelete ${table}\n`);
}
