import type { Readable } from 'node:stream';
import type { TerminalSize } from '@keelson/container-runtime';

/** Of what makes no size; a size has about 30 bytes. */
const MAX_BYTES = 1024;

/** The JSON objects of a resize stream, one after the other however they are cut. What can't be read changes nothing. */
export async function* terminalSizes(stream: Readable): AsyncGenerator<TerminalSize> {
  let text = '';
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8');
    for (let end = text.indexOf('}'); end >= 0; end = text.indexOf('}')) {
      const size = parseTerminalSize(text.slice(0, end + 1));
      text = text.slice(end + 1);
      if (size !== undefined) yield size;
    }
    if (text.length > MAX_BYTES) text = '';
  }
}

/** `{"Width":80,"Height":24}`, as remotecommand's TerminalSize. @returns undefined if it is nothing of the kind */
export function parseTerminalSize(text: string): TerminalSize | undefined {
  try {
    const { Width, Height } = JSON.parse(text) as { Width?: unknown; Height?: unknown };
    return typeof Width === 'number' && typeof Height === 'number' ? { width: Width, height: Height } : undefined;
  } catch {
    return undefined;
  }
}
