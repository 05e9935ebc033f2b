// Between nginx and one server: passes everything through until it is told to misbehave.
// Outages are made here, so that the servers live on for the next test.
import http from 'node:http';
import net from 'node:net';

/** What a broken source may answer. Each is (request, response) => void. */
export const FAULTS = {
  cut: request => { request.socket.destroy(); },
  refused: (_, response) => { response.writeHead(503, { 'content-type': 'text/plain' }).end('no capacity\n'); },
  forbidden: (_, response) => { response.writeHead(403, { 'content-type': 'text/plain' }).end('forbidden\n'); },
  unauthorized: (_, response) => { response.writeHead(401, { 'content-type': 'text/plain' }).end('no org id\n'); },
  notFound: (_, response) => { response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n'); },
  malformed: (_, response) => { response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"success","data":{"resultType":[[['); },
  truncated: (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 5000 });
    response.write('{"status":"success","data":{"resultType":"streams","result":[{"stream":{"a":"b"},"values":[["17');
    setTimeout(() => response.destroy(), 50);
  },
  html: (_, response) => { response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title><script>alert(1)</script>'); },
  empty: (_, response) => { response.writeHead(200, { 'content-type': 'application/json' }).end(); },
  huge: (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(`{"status":"success","data":"${'x'.repeat(10 * 1024 * 1024)}"}`);
  },
};

/** Answers everything so. */
export const answering = (status, words, type = 'text/plain') => (_, response) => {
  response.writeHead(status, { 'content-type': type }).end(words);
};

/**
 * A proxy on a free port in front of `upstream`. Returns {host, fail(fault, path = /./), heal(), seen, stop()}.
 * What a fault returns false for is passed through.
 */
export async function faultProxy(upstream) {
  const target = new URL(upstream);
  let fault, where = /./;
  const seen = []; // {method, url, headers} of each question, oldest first

  const ask = (request, headers = request.headers) =>
    http.request({ host: target.hostname, port: target.port, method: request.method, path: target.pathname.replace(/\/$/, '') + request.url, headers });

  const server = http.createServer((request, response) => {
    seen.push({ method: request.method, url: request.url, headers: request.headers });
    if (fault && where.test(request.url) && fault(request, response) !== false) return undefined;
    const onward = ask(request);
    onward.on('response', answer => { response.writeHead(answer.statusCode, answer.headers); answer.pipe(response); answer.on('error', () => response.destroy()); });
    onward.on('error', () => { if (response.headersSent) response.destroy(); else response.writeHead(502).end(); });
    response.on('close', () => onward.destroy());
    request.pipe(onward);
    return undefined;
  });

  // The live tail: a WebSocket, passed on byte by byte.
  server.on('upgrade', (request, socket, head) => {
    seen.push({ method: 'UPGRADE', url: request.url, headers: request.headers });
    if (fault && where.test(request.url)) return socket.destroy();
    const onward = net.connect(Number(target.port), target.hostname, () => {
      const lines = [`${request.method} ${request.url} HTTP/1.1`];
      for (let i = 0; i < request.rawHeaders.length; i += 2) lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
      onward.write(`${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
    return undefined;
  });

  await new Promise(listening => server.listen(0, '127.0.0.1', listening));
  return {
    host: `127.0.0.1:${server.address().port}`,
    fail(how, paths = /./) { fault = how; where = paths; },
    heal() { fault = undefined; },
    seen,
    stop: () => { server.closeAllConnections(); return new Promise(closed => server.close(closed)); },
  };
}
