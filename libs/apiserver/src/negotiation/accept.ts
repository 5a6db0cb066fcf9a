import { StatusError } from '@keelson/apimachinery';

export type MediaType = 'application/json' | 'application/yaml' | 'application/vnd.kubernetes.protobuf';

/** What the client wants to get: a media type, and whether the object as it is, a table of it, or its metadata alone. */
export interface Negotiated {
  readonly mediaType: MediaType;
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata';
  /** The version of `meta.k8s.io` that a table or metadata comes in. */
  readonly metaVersion: 'v1' | 'v1beta1';
}

const MEDIA_TYPES: Readonly<Record<string, MediaType>> = {
  'application/json': 'application/json',
  'application/yaml': 'application/yaml',
  'application/vnd.kubernetes.protobuf': 'application/vnd.kubernetes.protobuf',
  '*/*': 'application/json',
  'application/*': 'application/json',
};

const DEFAULT: Negotiated = { mediaType: 'application/json', as: 'object', metaVersion: 'v1' };
const KINDS: Readonly<Record<string, Negotiated['as']>> = {
  Table: 'Table',
  PartialObjectMetadata: 'PartialObjectMetadata',
  PartialObjectMetadataList: 'PartialObjectMetadata',
};

/**
 * The first clause of an Accept header that can be served, in the order of the client's preference.
 * @throws StatusError NotAcceptable (406) if there is none
 */
export function negotiate(accept: string | undefined): Negotiated {
  if (accept === undefined || accept.trim() === '') return DEFAULT;
  const clauses = accept
    .split(',')
    .map(parseClause)
    .sort((a, b) => b.quality - a.quality);
  for (const clause of clauses) {
    const negotiated = serve(clause);
    if (negotiated !== undefined) return negotiated;
  }
  throw StatusError.of(
    'NotAcceptable',
    `only the following media types are accepted: ${[...new Set(Object.values(MEDIA_TYPES))].join(', ')}`,
  );
}

interface Clause {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly quality: number;
}

function parseClause(text: string): Clause {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = Object.fromEntries(rest.map((part) => part.split('=', 2)).map(([name = '', value = '']) => [name, value]));
  const quality = parameters['q'] === undefined ? 1 : Number(parameters['q']);
  return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 0 : quality };
}

function serve({ parameters, type }: Clause): Negotiated | undefined {
  const mediaType = MEDIA_TYPES[type];
  if (mediaType === undefined) return undefined;
  const wanted = parameters['as'];
  if (wanted === undefined) return { ...DEFAULT, mediaType };
  const as = KINDS[wanted];
  const metaVersion = parameters['v'];
  if (as === undefined || parameters['g'] !== 'meta.k8s.io' || (metaVersion !== 'v1' && metaVersion !== 'v1beta1')) return undefined;
  if (as === 'Table' && mediaType === 'application/vnd.kubernetes.protobuf') return undefined;
  return { mediaType, as, metaVersion };
}
