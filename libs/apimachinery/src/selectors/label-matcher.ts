import type { DeepReadonly } from '../deep-readonly';
import type { LabelSelector } from '../object-meta';
import { parseRequirements } from './parse-label-selector';
import {
  compile,
  requirement,
  requirementText,
  SelectorError,
  type Labels,
  type Requirement,
  type RequirementOperator,
} from './requirement';

const OPERATORS: Readonly<Record<string, RequirementOperator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

const NO_LABELS: Labels = {};

/** A label selector, compiled once; immutable. */
export class LabelMatcher {
  /** Sorted by key, so that equal selectors print alike. */
  readonly requirements: readonly Requirement[];
  readonly #tests: readonly ((labels: Labels) => boolean)[];
  readonly #matchesNothing: boolean;

  private constructor(requirements: readonly Requirement[], matchesNothing = false) {
    this.requirements = [...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    this.#tests = this.requirements.map(compile);
    this.#matchesNothing = matchesNothing;
  }

  static readonly everything = new LabelMatcher([]);
  static readonly nothing = new LabelMatcher([], true);

  /**
   * Reads the syntax of a query string: `a=b,c!=d,e in (x,y),f notin (z),g,!h,n>1`.
   * @throws SelectorError with upstream's message
   */
  static parse(text: string): LabelMatcher {
    return new LabelMatcher(parseRequirements(text));
  }

  /**
   * Compiles a selector of the API. An absent one matches nothing, an empty one everything.
   * @throws SelectorError with upstream's message
   */
  static of(selector: DeepReadonly<LabelSelector> | undefined): LabelMatcher {
    if (selector === undefined) return LabelMatcher.nothing;
    const exact = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => requirement(key, '=', [value]));
    const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
      const known = OPERATORS[operator];
      if (known === undefined) throw new SelectorError(`${JSON.stringify(operator)} is not a valid label selector operator`);
      return requirement(key, known, values);
    });
    return new LabelMatcher([...exact, ...expressions]);
  }

  /** Matches what carries all of `labels`; an absent or empty set matches everything. The labels are not checked. */
  static ofSet(labels: Labels | undefined): LabelMatcher {
    return new LabelMatcher(Object.entries(labels ?? {}).map(([key, value]) => ({ key, operator: '=', values: [value] })));
  }

  /** Whether every object matches. */
  get isEverything(): boolean {
    return this.#tests.length === 0 && !this.#matchesNothing;
  }

  get isNothing(): boolean {
    return this.#matchesNothing;
  }

  matches(labels: Labels | undefined): boolean {
    if (this.#matchesNothing) return false;
    const present = labels ?? NO_LABELS;
    for (const test of this.#tests) if (!test(present)) return false;
    return true;
  }

  /** The one value that `key` must have to match, for looking objects up in an index; undefined if several values may match. */
  exactMatch(key: string): string | undefined {
    const found = this.requirements.find(
      (term) => term.key === key && term.values.length === 1 && (term.operator === '=' || term.operator === '==' || term.operator === 'in'),
    );
    return found?.values[0];
  }

  /** The canonical query-string syntax. */
  toString(): string {
    return this.requirements.map(requirementText).join(',');
  }
}

/** As kubectl and Tables show a selector: `<none>` if it is empty, `<error>` if it can't be read. */
export function labelSelectorText(selector: DeepReadonly<LabelSelector> | undefined): string {
  try {
    return LabelMatcher.of(selector).toString() || '<none>';
  } catch (error) {
    if (error instanceof SelectorError) return '<error>';
    throw error;
  }
}
