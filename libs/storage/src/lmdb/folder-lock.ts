import { stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { errorCode } from '../error-code';
import { StoreUnavailable } from '../store-errors';

/**
 * Makes this process the only one that has the folder open, by listening on a socket in Linux' abstract namespace that is named
 * after the folder's inode: the kernel gives it to one process and takes it back however that process dies.
 * @returns what gives the folder back
 * @throws StoreUnavailable if the folder is open already
 */
export async function lockFolder(path: string): Promise<() => Promise<void>> {
  const { dev, ino } = await stat(path);
  const server = createServer((socket) => socket.destroy());
  try {
    await listen(server, `\0keelson-store-${dev}-${ino}`);
  } catch (cause) {
    if (errorCode(cause) !== 'EADDRINUSE') throw cause;
    throw new StoreUnavailable(`another process has the store in ${path} open: stop it first, or give this one a folder of its own`, {
      cause,
    });
  }
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path }, resolve);
  });
}
