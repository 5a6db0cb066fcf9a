/** What a look at one side of the machine brought. */
export interface Finding {
  /** `bad` keeps `keelson up` from working; `fair` makes it do less. */
  readonly verdict: 'good' | 'fair' | 'bad';
  /** One line: what is, and what to do about it unless it is good. */
  readonly line: string;
}

export const good = (line: string): Finding => ({ verdict: 'good', line });
export const fair = (line: string): Finding => ({ verdict: 'fair', line });
export const bad = (line: string): Finding => ({ verdict: 'bad', line });
