import type { DeepReadonly, FieldErrors, FieldPath, KubernetesObject, NameRule, Resource } from '@keelson/apimachinery';

/** What a column may need beside the object. */
export interface TableContext {
  /** A timestamp as kubectl shows it, such as `5d`, `3m12s`; `<unknown>` if absent. */
  readonly age: (timestamp: string | undefined) => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export type TableCell = string | number | boolean | null;

/** One column of a resource's Table; names, types and priorities are upstream's (pkg/printers/internalversion). */
export interface TableColumn<T extends KubernetesObject> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: 'name';
  /** Shown by `-o wide` only if above 0. */
  readonly priority?: number;
  value(object: DeepReadonly<T>, context: TableContext): TableCell;
}

/** Who makes a change, and when. */
export interface ChangeOrigin {
  readonly user: {
    readonly name: string;
    readonly uid?: string | undefined;
    readonly groups: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
  };
  /** RFC 3339, whole seconds, UTC. */
  readonly now: () => string;
}

/** How one subresource that is a view of the object itself (`status`, `resize`, `approval`, ...) may change it. */
export interface SubresourceRules<T extends KubernetesObject> {
  /** Keeps of `next` what this subresource may change, which is the status if absent, and takes the rest from `previous`; `next` is the request's own object. */
  prepareForUpdate?(next: T, previous: DeepReadonly<T>, origin: ChangeOrigin): void;
  validateUpdate?(next: DeepReadonly<T>, previous: DeepReadonly<T>, path: FieldPath, errors: FieldErrors): void;
}

/**
 * What a kind declares over the generic registry. All of it is optional: a kind that declares nothing is stored, validated by its schema,
 * and served with a name and an age.
 *
 * `defaults`, `prepareForCreate` and `prepareForUpdate` write into the object they are given: it was decoded for this request alone and
 * nobody else holds it. `previous` and everything in the other hooks is shared and must not be written to.
 */
export interface KindRules<T extends KubernetesObject> {
  /** Where its objects lie under `/registry/`; the plural name if absent (`pods`), with upstream's odd ones (`services/specs`, `minions`). */
  readonly storagePath?: string;
  /** Fills in what the client left out, on create, on update, and on what is read from the store; idempotent. */
  defaults?(object: T): void;
  /** Whether a client may create it with a status, although there is a `status` subresource: a node registers with all it has. */
  readonly keepsStatusOnCreate?: boolean;
  /** Drops what a client may not set, and sets what only the server knows. Status is cleared before, where there is a `status` subresource. */
  prepareForCreate?(object: T, origin: ChangeOrigin): void;
  /** As {@link prepareForCreate}; status is taken from `previous` before, and generation is counted after (see {@link generationFrom}). */
  prepareForUpdate?(next: T, previous: DeepReadonly<T>): void;
  /** The parts whose change counts as a new generation; `spec` if the kind has one. Empty for the kinds that count none. */
  readonly generationFrom?: readonly (keyof T & string)[];
  /** What is wrong with a name; DNS subdomain rules if absent. @returns sentences */
  readonly validateName?: NameRule;
  /** All that its schema can't say. */
  validate?(object: DeepReadonly<T>, path: FieldPath, errors: FieldErrors): void;
  /** What only a new object must not have; `validate` has run on it too. */
  validateCreate?(object: DeepReadonly<T>, path: FieldPath, errors: FieldErrors): void;
  /** What may not change; `validate` has run on `next` too. */
  validateUpdate?(next: DeepReadonly<T>, previous: DeepReadonly<T>, path: FieldPath, errors: FieldErrors): void;
  /** Subresources that read and write the object itself; `status` is there by itself where discovery lists it, and may be refined. */
  readonly subresources?: Readonly<Record<string, SubresourceRules<T>>>;
  /** Sentences for `Warning` headers about an object that is accepted. */
  warnings?(object: DeepReadonly<T>, previous: DeepReadonly<T> | undefined): readonly string[];
  /** Name and Age if absent. */
  readonly columns?: readonly TableColumn<T>[];
  /** Field selectors beside `metadata.name` and `metadata.namespace`: the value of each, as a string. */
  readonly selectableFields?: Readonly<Record<string, (object: DeepReadonly<T>) => string>>;
  /** What to say of a field that can't be selected by, where upstream has words of the kind's own. */
  unknownField?(field: string): string;
  /** Whether an update without a resource version is taken; most kinds do. */
  readonly allowUnconditionalUpdate?: boolean;
  /** Whether PUT of a missing name creates it (leases, endpoints, ...). */
  readonly allowCreateOnUpdate?: boolean;
  /** Seconds an object of this kind is given to end after a delete; 0 if absent: it goes at once. `requested` is what the client asked for. */
  gracePeriodSeconds?(object: DeepReadonly<T>, requested: number | undefined): number;
  /** Whether a delete without a propagation policy leaves what depends on the object; it goes as well if absent. */
  readonly orphansByDefault?: boolean;
  /** A sentence for who deletes without a propagation policy. */
  readonly warningWithoutPolicy?: string;
  /** A sentence for whoever asks for this kind, whatever he asks: it goes with every answer. */
  readonly deprecation?: string;
  /** Whether an object that is being deleted must stay although it has no finalizers left; namespaces have some in their spec. */
  isHeldBack?(object: DeepReadonly<T>): boolean;
  /** Shows in the object that it is being deleted, beside its deletion timestamp; `object` is written to. */
  markDeleting?(object: T): void;
  /** Where the pod lies that it is, or that is made by it: `spec`, `spec.template.spec`. */
  readonly podSpecPath?: readonly string[];
  /** Seconds after which the store drops an object by itself. */
  timeToLive?(object: DeepReadonly<T>): number | undefined;
}

/** What a version in which objects are written may ask of them in the stored kind's place. */
export type VersionValidation<T extends KubernetesObject> = Pick<KindRules<T>, 'validate' | 'validateCreate' | 'validateUpdate'>;

export interface KindDefinition<T extends KubernetesObject = KubernetesObject> extends KindRules<T> {
  readonly resource: Resource<T>;
}

/** A resource that is served in one version and stored in another. */
export interface KindConversion<Served extends KubernetesObject = KubernetesObject, Stored extends KubernetesObject = KubernetesObject> {
  readonly resource: Resource;
  readonly storedAs: Resource;
  /** What the stored kind calls the selectable fields that the served one has; its own names if absent. */
  readonly fieldNames?: ReadonlyMap<string, string>;
  /** The rules of what is written in the served version, in its stored form; the stored kind's if absent. */
  readonly validation?: VersionValidation<Stored>;
  readonly conversion: {
    /** Neither writes into its argument. */
    fromStored(object: Stored): Served;
    toStored(object: Served): Stored;
  };
}

/** Declares a kind; `resource` is its generated descriptor. */
export function defineKind<T extends KubernetesObject>(resource: Resource<T>, rules: KindRules<NoInfer<T>>): KindDefinition<T> {
  return { ...rules, resource };
}
