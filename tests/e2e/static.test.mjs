// What `make run` serves with: it passes on what deploy/nginx.conf passes on, and nothing that writes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { ROOT, scratch } from './lib/paths.mjs';
import { READS, serve } from './lib/static.mjs';

const directory = scratch('static');
fs.writeFileSync(path.join(directory, 'config.json'), '{"systems": []}');
fs.writeFileSync(path.join(directory, 'index.html'), '<title>the page</title>');

/** Stands for all three servers, and tells what came to it. */
const server = http.createServer((request, response) => response.end(`${request.method} ${request.url}`));
let site;
before(async () => {
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${server.address().port}`;
  site = await serve({ directory, servers: { loki: url, prometheus: `${url}/mimir/prometheus/`, tempo: url, pyroscope: url } });
});
after(async () => { await site?.stop(); server.close(); });

/** What came to the server, or the status of a refusal. The path is sent as it is written: fetch would tidy it up. */
const asked = (method, written) => new Promise((done, failed) => {
  const { hostname, port } = new URL(site.url);
  http.request({ hostname, port, method, path: written }, async response => {
    const pieces = await response.toArray();
    done(response.statusCode === 200 ? Buffer.concat(pieces).toString() : response.statusCode);
  }).on('error', failed).end();
});

test('passes what reads, to the paths that the servers know', async () => {
  for (const [written, came = written] of [
    ['/loki/api/v1/query_range?query=%7Ba%3D%22b%22%7D'], ['/loki/api/v1/label/app/values'], ['/loki/api/v1/index/stats'], ['/loki/api/v1/status/buildinfo'], ['/ready'],
    ['/prometheus/api/v1/query_exemplars?query=a', '/mimir/prometheus/api/v1/query_exemplars?query=a'], ['/prometheus/-/ready', '/mimir/prometheus/-/ready'],
    ['/prometheus/api/v1/label/U__queue_2e_name/values', '/mimir/prometheus/api/v1/label/U__queue_2e_name/values'],
    ['/tempo/api/echo', '/api/echo'], ['/tempo/api/v2/traces/0af7651916cd43dd', '/api/v2/traces/0af7651916cd43dd'], ['/tempo/api/search?q=%7B%7D', '/api/search?q=%7B%7D'],
    ['/tempo/ready', '/ready'], ['/pyroscope/pyroscope/render?query=a%7B%7D', '/pyroscope/render?query=a%7B%7D'], ['/pyroscope/ready', '/ready'],
  ]) assert.equal(await asked('GET', written), `GET ${came}`);
  assert.equal(await asked('POST', '/loki/api/v1/query_range'), 'POST /loki/api/v1/query_range');
  assert.equal(await asked('POST', '/prometheus/api/v1/query'), 'POST /mimir/prometheus/api/v1/query');
  const ofSpan = '/querier.v1.QuerierService/SelectMergeSpanProfile';
  assert.equal(await asked('POST', `/pyroscope${ofSpan}`), `POST ${ofSpan}`);
  assert.match(await asked('GET', '/'), /the page/);
});

test('refuses what writes, deletes or configures, by path and by method', async () => {
  for (const written of [
    '/loki/api/v1/push', '/loki/api/v1/delete', '/loki/otlp/v1/logs', '/loki/flush', '/loki/api/v1/rules', '/loki/api/v1/query/../push',
    '/loki/api/v1/label/..%2f..%2fpush/values', '/loki/api/v1/labels%2f..%2fpush', '/prometheus/api/v1/write', '/prometheus/api/v1/admin/tsdb/delete_series',
    '/prometheus/api/v1/otlp/v1/metrics', '/prometheus/-/quit', '/prometheus/-/reload', '/prometheus/config', '/tempo/flush', '/tempo/shutdown', '/tempo/api/overrides',
    '/tempo/api/traces/../../flush', '/pyroscope/ingest', '/pyroscope/push.v1.PusherService/Push', '/pyroscope/pyroscope/render/../../ingest',
  ]) {
    for (const method of ['GET', 'POST', 'DELETE']) assert.ok([403, 404].includes(await asked(method, written)), `${method} ${written}`);
  }
  for (const [method, written] of [
    ['DELETE', '/loki/api/v1/labels'], ['PUT', '/loki/api/v1/query'], ['PATCH', '/prometheus/api/v1/series'], ['DELETE', '/prometheus/api/v1/series'],
    ['GET', '/pyroscope/querier.v1.QuerierService/SelectMergeSpanProfile'], ['POST', '/pyroscope/querier.v1.QuerierService/SelectMergeProfile'],
    ['POST', '/tempo/api/search'], ['OPTIONS', '/tempo/api/echo'], ['POST', '/pyroscope/pyroscope/render'], ['DELETE', '/ready'],
  ]) assert.equal(await asked(method, written), 403, `${method} ${written}`);
});

test('nginx passes the same', () => {
  // A name that nginx gives to Prometheus' paths is no part of them.
  const nginx = fs.readFileSync(path.join(ROOT, 'deploy/nginx.conf'), 'utf8').replace('?<jobscope_metrics>', '');
  const locations = [...nginx.matchAll(/location ~ \^\$\{BASE\}(\S+)\$ \{\n\s+limit_except ([A-Z ]+) \{ deny all; \}/g)];
  // HEAD goes with GET in nginx.
  const passed = locations.map(([, paths, methods]) => [`^${paths}$`, methods.replace('GET', 'GET HEAD').split(' ')]);
  const mine = READS.map(({ paths, methods }) => [paths.source.replaceAll('\\/', '/'), methods]);
  assert.deepEqual(passed, mine);
});
