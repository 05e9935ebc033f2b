// deploy/nginx.conf: what reads passes, what writes does not, and CORS stays shut.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { startStack } from './lib/stack.mjs';
import { tail, upgrade } from './lib/tail.mjs';

const EMBED_KEY = 'a-long-key-that-nobody-guesses';
let stack;
before(async () => { stack = await startStack({ app: process.env.APP }); });
after(() => stack?.stop());

const status = async (path, options) => (await fetch(stack.url + path, options)).status;

test('passes what reads', async () => {
  for (const path of ['loki/api/v1/labels', 'loki/api/v1/status/buildinfo', 'prometheus/api/v1/query?query=1', 'prometheus/-/ready', 'tempo/api/echo', 'ready']) {
    assert.equal(await status(path), 200, path);
  }
  assert.equal(await status('prometheus/api/v1/query', { method: 'POST', body: new URLSearchParams({ query: '1' }) }), 200);
});

test('refuses what writes, deletes or configures', async () => {
  for (const path of [
    'loki/api/v1/push', 'loki/api/v1/delete', 'loki/otlp/v1/logs', 'prometheus/api/v1/write', 'prometheus/api/v1/admin/tsdb/snapshot',
    'prometheus/api/v1/otlp/v1/metrics', 'prometheus/-/quit', 'prometheus/config', 'tempo/flush', 'tempo/shutdown', 'tempo/api/overrides',
    'loki/api/v1/../../../flush', 'prometheus/api/v1/query/../write', 'tempo/api/traces/../../flush',
  ]) {
    assert.ok([403, 404].includes(await status(path, { method: 'POST' })), path);
  }
  assert.equal(await status('tempo/api/search?q=%7B%7D', { method: 'POST' }), 403, 'Tempo runs a query whatever the method');
  assert.equal(await status('loki/api/v1/labels', { method: 'DELETE' }), 403);
});

/** Pushes a line with structured metadata, of now; returns its time. */
async function pushLine() {
  const now = BigInt(Date.now()) * 1_000_000n;
  const line = { stream: { service: 'proxy-test' }, values: [[`${now}`, 'hello', { trace_id: 'abc' }]] };
  await fetch(`${stack.servers.loki.url}/loki/api/v1/push`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ streams: [line] }) });
  return now;
}

test('asks Loki for structured metadata, which a live tail cannot ask for itself', async () => {
  const now = await pushLine();
  const question = new URLSearchParams({ query: '{service="proxy-test"}', start: `${now - 1_000_000_000n}`, end: `${now + 1_000_000_000n}` });
  const { data } = await (await fetch(`${stack.url}loki/api/v1/query_range?${question}`)).json();
  assert.deepEqual(data.encodingFlags, ['categorize-labels']);
  assert.equal(data.result[0].values[0][2].structuredMetadata.trace_id, 'abc');
});

const TAIL = `loki/api/v1/tail?${new URLSearchParams({ query: '{service="proxy-test"}' })}`;

test('upgrades the live tail', async () => {
  const { response, socket } = await upgrade(stack.url + TAIL);
  socket.destroy();
  assert.equal(response.statusCode, 101);
});

/** What a tail tells of a line that comes while it is open. */
async function tailed(url) {
  await pushLine();
  let pushed;
  for await (const { streams, encodingFlags } of tail(url)) {
    const found = streams.find(({ values: [[at]] }) => at === `${pushed}`);
    if (found) return { ...found, encodingFlags };
    pushed ??= await pushLine(); // by what was there before, the tail is known to be open
  }
  return assert.fail('the tail was closed');
}

test('the live tail brings structured metadata, which Loki leaves out where nobody asks for it', async () => {
  const { stream, values: [[, line, categories]], encodingFlags } = await tailed(stack.url + TAIL);
  assert.deepEqual(encodingFlags, ['categorize-labels']);
  assert.equal(line, 'hello');
  assert.equal(categories.structuredMetadata.trace_id, 'abc');
  assert.ok(!('trace_id' in stream), 'not mixed with the labels');
  const direct = await tailed(`${stack.servers.loki.url}/${TAIL}`);
  assert.equal(direct.values[0][1], 'hello');
  assert.doesNotMatch(JSON.stringify(direct), /trace_id|categorize-labels/);
});

test('opens CORS for the embed path with its key only, and strips credentials there', async () => {
  const site = await stack.site({ EMBED_KEY });
  const allowed = async path => (await fetch(site.url + path, { headers: { origin: 'null', authorization: 'Bearer secret' } })).headers.get('access-control-allow-origin');
  for (const path of ['config.json', 'loki/api/v1/labels', 'prometheus/api/v1/query?query=1', 'tempo/api/echo']) {
    assert.equal(await allowed(path), null, path);
    assert.equal(await allowed(`embed/${EMBED_KEY}/${path}`), 'null', `embed: ${path}`);
    assert.equal((await fetch(`${site.url}embed/some-other-key-of-the-same-length/${path}`)).status, 404);
    assert.equal(await status(`embed/${EMBED_KEY}/${path}`), 404, 'closed unless a key is set');
  }
  const preflight = await fetch(`${site.url}embed/${EMBED_KEY}/loki/api/v1/labels`, { method: 'OPTIONS', headers: { origin: 'null', 'access-control-request-headers': 'x-scope-orgid' } });
  assert.equal(preflight.headers.get('access-control-allow-headers'), 'X-Loki-Response-Encoding-Flags, Content-Type', 'nothing but how Loki answers, and the JSON that Pyroscope takes');
  assert.equal((await fetch(`${site.url}loki/api/v1/labels`, { method: 'OPTIONS' })).status, 403);
  assert.equal((await fetch(`${site.url}embed/${EMBED_KEY}/loki/api/v1/push`, { method: 'POST' })).status, 403);
});
