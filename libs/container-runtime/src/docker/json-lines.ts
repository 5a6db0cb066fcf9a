/**
 * The JSON values of a stream that has one on each line, as the engine tells of events and progress. A stream that breaks off because
 * `signal` aborted its request just ends. @throws what the stream fails with otherwise
 */
export async function* jsonLines(stream: NodeJS.ReadableStream, signal: AbortSignal): AsyncGenerator {
  let text = '';
  try {
    stream.setEncoding('utf8');
    for await (const chunk of stream as AsyncIterable<string>) {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
    }
    if (text.trim() !== '') yield JSON.parse(text);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
