import { StatusError } from '@keelson/apimachinery';

export type MediaType = 'application/json' | 'application/yaml' | 'application/vnd.kubernetes.protobuf';

/** What the client wants to get: a media type, and whether the object as it is, a table of it, or its metadata alone. */
export interface Negotiated {
  readonly mediaType: MediaType;
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
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

const SERVED: readonly MediaType[] = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const STREAMED = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];

const DEFAULT: Negotiated = { mediaType: 'application/json', as: 'object', metaVersion: 'v1' };
const KINDS: Readonly<Record<string, Negotiated['as']>> = {
  Table: 'Table',
  PartialObjectMetadata: 'PartialObjectMetadata',
  PartialObjectMetadataList: 'PartialObjectMetadataList',
};

/** The first clause of an Accept header that can be served, in the order of the client's preference; undefined if there is none. */
export function acceptable(accept: string | undefined): (Negotiated & { readonly isPretty: boolean }) | undefined {
  if (accept === undefined || accept.trim() === '') return { ...DEFAULT, isPretty: false };
  for (const clause of clausesOf(accept)) {
    const negotiated = serve(clause);
    if (negotiated !== undefined) return { ...negotiated, isPretty: clause.parameters['pretty'] === '1' };
  }
  return undefined;
}

/** As {@link acceptable}. @param streams whether a watch can be had there too @throws StatusError NotAcceptable (406) if there is none */
export function negotiate(accept: string | undefined, streams = false): Negotiated {
  const negotiated = acceptable(accept);
  if (negotiated === undefined) throw notAcceptable(accept ?? '', streams);
  const { as, mediaType, metaVersion } = negotiated;
  return { as, mediaType, metaVersion };
}

/** @throws StatusError NotAcceptable (406) if the client takes no form in which events can be streamed */
export function negotiateWatch(accept: string | undefined): void {
  const wanted = negotiate(accept, true);
  if (wanted.mediaType === 'application/yaml') throw onlyAccepted(STREAMED);
}

/** Upstream asks twice, and in other words: first whether the route makes such a media type at all, then whether its parameters can be met. */
function notAcceptable(accept: string, streams: boolean): StatusError {
  if (clausesOf(accept).some(({ type }) => MEDIA_TYPES[type] !== undefined)) return onlyAccepted(SERVED);
  const representations = [...SERVED, ...(streams ? STREAMED : [])].join(', ');
  return StatusError.of('NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${representations}`, {});
}

export const canBeServed = (mediaType: string): boolean => MEDIA_TYPES[mediaType] !== undefined;

export function onlyAccepted(mediaTypes: readonly string[] = SERVED): StatusError {
  return StatusError.of('NotAcceptable', `only the following media types are accepted: ${mediaTypes.join(', ')}`);
}

export interface Clause {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly quality: number;
}

/** The clauses of an Accept header, those that the client likes best first. */
export function clausesOf(accept: string): readonly Clause[] {
  return accept
    .split(',')
    .map(parseClause)
    .sort((a, b) => b.quality - a.quality);
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
