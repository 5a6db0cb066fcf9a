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
   * Brings the kernel's table to `next` in one transaction; returns how many commands that took, 0 if it was so already. What the
   * kernel has is taken to be what was written last, unless nft's refusal shows that somebody else has changed it: then it is read and the change made anew.
   * @throws NftError with the line that nft refused; the kernel is then unchanged, and is read again at the next call
   */
  async apply(next: Table): Promise<number> {
    if (this.#known === undefined) return this.#write(await readTable(this.#run, this.#identity), next);
    try {
      return await this.#write(this.#known.state, next);
    } catch (error) {
      if (!(error instanceof NftError)) throw error;
      return this.#write(await readTable(this.#run, this.#identity), next);
    }
  }

  /** Has the next {@link apply} read what the kernel has, so that it undoes what others did to the table. */
  recheck(): void {
    this.#known = undefined;
  }

  async #write(previous: TableState | undefined, next: Table): Promise<number> {
    this.#known = undefined;
    const script = diff(previous, next);
    if (script.length > 0) await this.#run(['-f', '-'], script.join('\n') + '\n');
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
