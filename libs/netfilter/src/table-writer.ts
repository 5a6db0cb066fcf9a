import { diff } from './diff';
import { NftError, type RunNft } from './nft';
import { readTable } from './read-table';
import type { Table } from './table';
import { stateOf, type TableState } from './table-state';

/** Keeps one table in the kernel as told, writing only what differs. Calls must not overlap: the caller awaits one before the next. */
export class TableWriter {
  readonly #run: RunNft;
  readonly #identity: Pick<Table, 'family' | 'name'>;
  /** What the kernel has; undefined if that isn't known: at the start, and after a failure. */
  #known: { readonly state: TableState | undefined } | undefined;

  constructor(run: RunNft, identity: Pick<Table, 'family' | 'name'>) {
    this.#run = run;
    this.#identity = identity;
  }

  /**
   * Brings the kernel's table to `next` in one transaction; returns how many commands that took, 0 if it was so already.
   * @throws NftError with the line that nft refused; the kernel is then unchanged, and is read again at the next call
   */
  async apply(next: Table): Promise<number> {
    const known = (this.#known ??= { state: await readTable(this.#run, this.#identity) });
    const script = diff(known.state, next);
    if (script.length > 0) {
      this.#known = undefined;
      await this.#run(['-f', '-'], script.join('\n') + '\n');
    }
    this.#known = { state: stateOf(next) };
    return script.length;
  }

  /** Removes the table; it is no error if there is none. */
  async remove(): Promise<void> {
    this.#known = undefined;
    try {
      await this.#run(['delete', 'table', this.#identity.family, this.#identity.name]);
    } catch (error) {
      if (!(error instanceof NftError && error.stderr.includes('No such file or directory'))) throw error;
    }
  }
}
