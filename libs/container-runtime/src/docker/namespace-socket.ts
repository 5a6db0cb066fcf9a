import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { PortForwardError } from '../runtime-errors';

/**
 * Runs inside the pod's network namespace, connects there, and hands the connected socket over its IPC channel. Nothing is read before
 * that: what the server sends first is left in the kernel for the receiver.
 */
const DIALLER = `
const { connect } = require('node:net');
const dial = (hosts, complaints) => {
  const socket = connect({ host: hosts[0], port: Number(process.argv[1]) });
  socket.pause();
  socket.once('error', (error) => {
    const said = complaints + error.message.replace(/ - Local .*/, '');
    if (hosts.length > 1) return dial(hosts.slice(1), said + ', ');
    process.stderr.write(said, () => process.exit(1));
  });
  socket.once('connect', () => process.send('connected', socket, () => process.disconnect()));
};
dial(['127.0.0.1', '::1'], '');
`;

/**
 * Connects to a port on the loopback address of another process's network namespace. A socket belongs for ever to the namespace it was made
 * in, and Node can't change its own; so a short-lived child enters the namespace with nsenter, connects, and passes the socket up.
 * @param pid a process of that namespace
 * @throws PortForwardError if nothing listens there
 */
export async function dialInNamespace(pid: number, port: number): Promise<Socket> {
  const child = spawn('nsenter', ['--target', String(pid), '--net', '--', process.execPath, '-e', DIALLER, String(port)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const complaint = child.stderr === null ? Promise.resolve('') : text(child.stderr);
  return new Promise<Socket>((resolve, reject) => {
    child.once('error', (error) => {
      reject(new PortForwardError(`can't enter the network namespace of process ${pid}: ${error.message}`, { cause: error }));
    });
    child.once('message', (_message, socket) => {
      if (socket instanceof Socket) resolve(socket);
      else reject(new PortForwardError(`port ${port}: the connection was lost while it was handed over`));
    });
    child.once('close', () => {
      complaint.then(
        (words) => reject(new PortForwardError(`failed to connect to localhost:${port} inside the pod: ${words.trim()}`)),
        reject,
      );
    });
  });
}
