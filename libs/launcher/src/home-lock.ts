import { stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { abstractSocketOwner } from './socket-owner';
import { UserError } from './terminal';

/**
 * Lets one command at a time change the cluster in `home`, by listening on a socket in Linux' abstract namespace that is named after the
 * folder's inode: the kernel gives it to one process and takes it back however that process dies, so no lock is ever left behind.
 * @throws UserError naming who is at it
 */
export async function withHomeLock<T>(home: string, action: () => Promise<T>): Promise<T> {
  const { dev, ino } = await stat(home);
  const name = `keelson-home-${dev}-${ino}`;
  const server = createServer((socket) => socket.destroy());
  if (!(await listened(server, `\0${name}`))) {
    const owner = abstractSocketOwner(name);
    const who = owner === undefined ? 'another keelson' : `another keelson (pid ${owner.pid})`;
    throw new UserError(`${who} is starting or stopping the cluster in ${home}; wait for it and try again`);
  }
  try {
    return await action();
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

function listened(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen({ path }, () => resolve(true));
  });
}
