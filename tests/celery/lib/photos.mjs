// The customers' photo host, played on loopback: what stands under /private/ is not given out.
import http from 'node:http';
import { freePorts } from '../../e2e/lib/ports.mjs';

/** Returns {url, host, stop()}. */
export async function photoHost() {
  const [port] = await freePorts(1);
  const server = http.createServer((request, response) => {
    const status = request.url.startsWith('/private/') ? 403 : request.url.startsWith('/gone/') ? 404 : 200;
    response.writeHead(status, { 'content-type': status === 200 ? 'image/jpeg' : 'text/plain' });
    response.end(status === 200 ? Buffer.alloc(60_000, request.url) : 'no\n');
  });
  await new Promise((listening, failed) => { server.on('error', failed); server.listen(port, '127.0.0.1', listening); });
  const host = `127.0.0.1:${port}`;
  return { url: `http://${host}`, host, stop: () => { server.closeAllConnections(); return new Promise(done => server.close(done)); } };
}
