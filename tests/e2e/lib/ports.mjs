// Free ports on the loopback interface.
import net from 'node:net';

/** `count` different ports that nothing listens on right now. */
export async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise((listening, failed) => {
    const server = net.createServer();
    server.on('error', failed);
    server.listen(0, '127.0.0.1', () => listening(server));
  })));
  const ports = servers.map(server => server.address().port);
  await Promise.all(servers.map(server => new Promise(closed => server.close(closed))));
  return ports;
}
