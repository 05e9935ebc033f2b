// Pyroscope: the one that runs already (PYROSCOPE_URL), or else a small server that gives a real one's answers
// (crates/backends/tests/fixtures/pyroscope), since Pyroscope cannot be built from package registries.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { ROOT } from './paths.mjs';

/** What a worker did: 40 s of CPU at 100 samples a second; the recorded answers are of the same. */
const STACKS = {
  'worker.main;worker.chunk;json.loads': 2442,
  'worker.main;worker.chunk;re.sub': 658,
  'worker.main;worker.chunk;worker.chunk;re.sub': 200,
  'worker.main;worker.chunk': 300,
  'worker.main;re.sub': 200,
  'worker.main': 100,
  'worker.idle': 100,
};

const FIXTURES = path.join(ROOT, 'crates/backends/tests/fixtures/pyroscope');
const body = name => fs.readFileSync(path.join(FIXTURES, `${name}.body`));

/** Which recorded answer a question gets; the CPU time of `service` alone is profiled, and of its spans `span` alone. */
function answer(url, posted, { service, span }) {
  const { pathname, searchParams } = new URL(url, 'http://profiler');
  const query = searchParams.get('query') ?? '';
  switch (pathname) {
    case '/pyroscope/render':
      return body(query.startsWith('process_cpu:') && query.includes(`service_name="${service}"`) ? 'render-found.json' : 'render-none.json');
    case '/querier.v1.QuerierService/SelectMergeSpanProfile': {
      const { profileTypeID, labelSelector, spanSelector } = JSON.parse(posted);
      return body(profileTypeID.startsWith('process_cpu:') && labelSelector === `{service_name="${service}"}` && spanSelector.includes(span) ? 'span-found.json' : 'span-none.json');
    }
    case '/pyroscope/label-values': return body('label-values.json');
    case '/api/v1/status/buildinfo': return body('buildinfo.json');
    case '/ready': return body('ready');
    default: return undefined;
  }
}

/**
 * A Pyroscope in which `service` was busy from `from` to `until` (milliseconds), all of that with `span`.
 * Returns {url, host, asked: addresses of a stand-in's questions, stop()}.
 */
export async function pyroscope(service, from, until, span) {
  if (process.env.PYROSCOPE_URL) {
    const url = process.env.PYROSCOPE_URL.replace(/\/$/, '');
    const pushed = new URLSearchParams({ name: `${service}.cpu{}`, from: `${Math.floor(from / 1000)}`, until: `${Math.ceil(until / 1000)}`, format: 'folded', sampleRate: '100', spyName: 'pyspy' });
    const stacks = Object.entries(STACKS).map(([stack, samples]) => `${stack} ${samples}\n`).join('');
    const answer = await fetch(`${url}/ingest?${pushed}`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: stacks });
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
    return { url, host: new URL(url).host, asked: undefined, stop: async () => {} };
  }
  const asked = [];
  const server = http.createServer((request, response) => {
    asked.push(request.url);
    let posted = '';
    request.on('data', chunk => { posted += chunk; }).on('end', () => {
      const found = answer(request.url, posted, { service, span });
      const type = /ready/.test(request.url) ? 'text/plain' : 'application/json';
      response.writeHead(found ? 200 : 404, { 'content-type': type }).end(found);
    });
  });
  await new Promise(listening => server.listen(0, '127.0.0.1', listening));
  const host = `127.0.0.1:${server.address().port}`;
  return { url: `http://${host}`, host, asked, stop: () => { server.closeAllConnections(); return new Promise(closed => server.close(closed)); } };
}
