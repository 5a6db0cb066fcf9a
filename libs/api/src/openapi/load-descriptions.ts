import type { Descriptions } from './openapi-schema';

/** The prose of `kubectl explain`, over half a megabyte: a file of its own in a bundle, read when it is first asked for. */
export async function loadDescriptions(): Promise<Descriptions> {
  const { descriptions } = await import('../generated/descriptions');
  return descriptions;
}
