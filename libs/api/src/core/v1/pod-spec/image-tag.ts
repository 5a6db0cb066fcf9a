/** The tag of an image reference: `latest` if it names neither tag nor digest, empty if a digest alone. */
export function imageTag(image: string): string {
  const [reference = '', digest] = image.split('@');
  const name = reference.slice(reference.lastIndexOf('/') + 1);
  const colon = name.indexOf(':');
  if (colon >= 0) return name.slice(colon + 1);
  return digest === undefined ? 'latest' : '';
}

/** A moving tag is pulled each time, a fixed one only if it is not there. */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  return imageTag(image) === 'latest' ? 'Always' : 'IfNotPresent';
}
