// A small static server for the built app, with the headers that deploy/nginx.conf sends.
//
//   node tests/e2e/lib/static.mjs [directory]     PORT=8900
//
// With LOKI_URL, PROMETHEUS_URL, TEMPO_URL or PYROSCOPE_URL set, it also passes the page's questions on to those servers, and nothing that writes;
// with none, config.json stands as it is: as shipped it names none, and the page opens on its sample incident.
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { policyFor, systemFiles } from './policy.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json',
  '.wasm': 'application/wasm', '.svg': 'image/svg+xml', '.png': 'image/png',
};
const HASHED = /-[0-9a-f]{16}(_bg)?\.(js|wasm|css|svg)$/;

/** What is passed on: paths and methods that only read, the same as in deploy/nginx.conf. */
export const READS = [
  {
    source: 'loki',
    paths: /^loki\/api\/v1\/(query|query_range|labels|label\/[^/]+\/values|series|index\/(stats|volume|volume_range)|patterns|detected_labels|detected_fields|detected_field\/[^/]+\/values|format_query|tail|status\/buildinfo)$/,
    methods: ['GET', 'HEAD', 'POST'],
  },
  {
    source: 'prometheus',
    paths: /^prometheus\/(api\/v1\/(query|query_range|query_exemplars|labels|label\/[^/]+\/values|series|metadata|rules|alerts|targets|status\/buildinfo|format_query)|-\/ready)$/,
    methods: ['GET', 'HEAD', 'POST'],
  },
  {
    source: 'tempo',
    paths: /^tempo\/(api\/(echo|status\/buildinfo|(v2\/)?traces\/[0-9a-fA-F]+|search|(v2\/)?search\/(tags|tag\/[^/]+\/values)|metrics\/query(_range)?)|ready)$/,
    methods: ['GET', 'HEAD'], // Tempo runs the query whatever the method
  },
  {
    source: 'pyroscope',
    paths: /^pyroscope\/(pyroscope\/(render|label-values)|api\/v1\/status\/buildinfo|ready)$/,
    methods: ['GET', 'HEAD'],
  },
  {
    source: 'pyroscope',
    paths: /^pyroscope\/querier\.v1\.QuerierService\/(SelectMergeSpanProfile|SelectMergeStacktraces)$/,
    methods: ['POST'], // what was sampled during one span can be had by POST alone
  },
];

/** {'/loki': address, …} of the servers named in the environment. */
export function upstreams(env = process.env) {
  const named = { loki: env.LOKI_URL, prometheus: env.PROMETHEUS_URL, tempo: env.TEMPO_URL, pyroscope: env.PYROSCOPE_URL };
  return Object.fromEntries(Object.entries(named).filter(([, url]) => url));
}

export async function serve({ directory, port = 0, servers = {} }) {
  const root = path.resolve(directory);
  const config = JSON.parse(fs.readFileSync(path.join(root, 'config.json'), 'utf8'));
  if (Object.keys(servers).length) config.sources = Object.fromEntries(Object.entries(servers).map(([name, url]) => [name, { url: name === 'loki' ? '.' : name, ...(name === 'pyroscope' && { ui: url }) }]));
  const headers = {
    'content-security-policy': policyFor(config, systemFiles(root, config)),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  };

  const file = (pathname, response) => {
    if (pathname === '/config.json') {
      response.writeHead(200, { ...headers, 'cache-control': 'no-cache', 'content-type': TYPES['.json'] }).end(JSON.stringify(config));
      return;
    }
    const wanted = path.join(root, pathname === '/' ? 'index.html' : pathname);
    const inside = wanted.startsWith(root + path.sep) && fs.statSync(wanted, { throwIfNoEntry: false })?.isFile();
    if (!inside) { response.writeHead(404, { 'content-type': 'text/plain' }).end('no such file\n'); return; }
    const cache = HASHED.test(wanted) ? 'public, max-age=31536000, immutable' : 'no-cache';
    response.writeHead(200, { ...headers, 'cache-control': cache, 'content-type': TYPES[path.extname(wanted)] ?? 'application/octet-stream' });
    fs.createReadStream(wanted).pipe(response);
  };

  const pass = (base, rest, request, response) => {
    const target = new URL(base.replace(/\/$/, '') + rest);
    const onward = (target.protocol === 'https:' ? https : http).request(target, {
      method: request.method,
      headers: { ...request.headers, host: target.host, 'x-loki-response-encoding-flags': 'categorize-labels' },
    }, answer => { response.writeHead(answer.statusCode, answer.headers); answer.pipe(response); });
    onward.on('error', error => response.writeHead(502, { 'content-type': 'text/plain' }).end(`${target.host}: ${error.message}\n`));
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  };

  const server = http.createServer((request, response) => {
    let url, pathname;
    try {
      url = new URL(request.url, 'http://localhost');
      pathname = decodeURIComponent(url.pathname);
    } catch {
      return response.writeHead(400, { 'content-type': 'text/plain' }).end('not an address\n');
    }
    // Loki's own paths begin with /loki already, all but this one.
    const first = pathname === '/ready' ? 'loki' : url.pathname.split('/')[1];
    const base = servers[first];
    if (!base) return file(pathname, response);
    const rest = first === 'loki' ? url.pathname : url.pathname.slice(first.length + 1);
    const reads = READS.some(({ source, paths, methods }) =>
      source === first && (pathname === '/ready' || paths.test(pathname.slice(1))) && methods.includes(request.method));
    if (!reads) return response.writeHead(403, { 'content-type': 'text/plain' }).end('only what reads is passed on\n');
    return pass(base, rest + url.search, request, response);
  });
  await new Promise((listening, failed) => { server.on('error', failed); server.listen(port, '127.0.0.1', listening); });
  return { url: `http://127.0.0.1:${server.address().port}/`, stop: () => { server.closeAllConnections(); return new Promise(done => server.close(done)); } };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const directory = process.argv[2] ?? 'dist';
  const servers = upstreams();
  const preferred = Number(process.env.PORT ?? 8900);
  const { url } = await serve({ directory, port: preferred, servers }).catch(error => {
    if (error.code !== 'EADDRINUSE' || process.env.PORT) throw error;
    return serve({ directory, servers });
  });
  console.log(`\n  Jobscope: ${url}\n`);
  const configured = Object.keys(JSON.parse(fs.readFileSync(path.join(directory, 'config.json'), 'utf8')).sources ?? {}).length > 0;
  const passed = Object.entries(servers).map(([name, base]) => `  /${name}/ -> ${base}`);
  if (passed.length || !configured) console.log(passed.length ? passed.join('\n') : '  No server is configured: it opens on the sample incident.\n  For your own: LOKI_URL=… PROMETHEUS_URL=… TEMPO_URL=… make run, or edit public/config.json.');
  console.log('\n  Ctrl-C stops it.');
}
