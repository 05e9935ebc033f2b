// The Connections page: what each source is, and in words why one does not answer. Tenants, with the real Mimir.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { mounted, newPage } from './lib/chromium.mjs';
import { FAULTS, answering } from './lib/faults.mjs';
import { FAILED_REQUESTS, accessible, harness, tabTo } from './lib/harness.mjs';
import { ROOT } from './lib/paths.mjs';
import { freePorts } from './lib/ports.mjs';
import { SAME_ORIGIN } from './lib/stack.mjs';

const it = harness();
const view = { page: 'connections' };
const NAMES = ['Loki', 'Prometheus', 'Tempo'];

const card = (page, name) => page.getByRole('region', { name, exact: true });
/** Waits until a source's badge says so. */
const badge = (page, name, word) => card(page, name).locator('header').getByText(word, { exact: true }).waitFor();
/** What a card tells of a source that was asked: its address, version and latency, in one line. */
const facts = async (page, name) => (await card(page, name).locator('.facts').innerText()).replaceAll(/\s+/g, ' ');

test('every source that answers is named, with its version where it tells one, and how long it took', async () => {
  const page = await it.open(view, { tolerate: FAILED_REQUESTS });
  for (const [name, path] of [['Loki', 'loki/api/v1'], ['Prometheus', 'prometheus/api/v1'], ['Tempo', 'tempo/api']]) {
    await badge(page, name, 'answers');
    const answer = await fetch(`${it.stack.url}${path}/status/buildinfo`);
    const told = answer.ok ? await answer.json() : {};
    const { application, version } = told.data ?? told;
    const words = [application, version].filter(Boolean).join(' ') || 'not told';
    const [, shown] = /version (.+) answered in \d+ ms$/.exec(await facts(page, name)) ?? assert.fail(await facts(page, name));
    assert.equal(shown, words);
  }
  await page.done();
});

test('the version that is shown is the one that the source tells', async () => {
  const build = (version, application) => JSON.stringify({ status: 'success', data: { version, application } });
  const told = { loki: '{"version":"3.7.6"}', prometheus: build('3.0.1', 'Grafana Mimir'), tempo: '{"version":"2.9.0"}' };
  for (const [name, body] of Object.entries(told)) it.stack.faults[name].fail(answering(200, body, 'application/json'), /buildinfo/);
  const page = await it.open(view);
  for (const [name, words] of [['Loki', '3.7.6'], ['Prometheus', 'Grafana Mimir 3.0.1'], ['Tempo', '2.9.0']]) {
    await badge(page, name, 'answers');
    assert.match(await facts(page, name), new RegExp(`version ${words} answered in`));
  }
  await page.done();
});

for (const [fault, words] of [['cut', /down behind its proxy|unreachable/i], ['forbidden', /403|not allowed|forbidden/i], ['unauthorized', /tenant|401/i], ['notFound', /path|prefix|404/i], ['html', /web page|login/i]]) {
  test(`a Prometheus that answers ${fault} is explained in words`, async () => {
    it.stack.faults.prometheus.fail(FAULTS[fault]);
    const page = await it.open(view, { tolerate: FAILED_REQUESTS });
    await page.locator('main').getByText(words).first().waitFor();
    await page.done();
  });
}

for (const [source, name, words] of [
  ['loki', 'Loki', 'Ingester not ready: waiting for 15s after being ready'],
  ['tempo', 'Tempo', 'Some services are not Running:\nStarting: 2'],
]) {
  test(`a ${name} that is not ready says so in its own words, until it is`, async () => {
    it.stack.faults[source].fail(answering(503, `${words}\n`));
    const page = await it.open(view, { tolerate: FAILED_REQUESTS });
    await badge(page, name, 'not ready');
    const remedy = card(page, name).getByRole('status');
    assert.equal(await remedy.locator('.what').innerText(), `${name} is not ready: ${words.replaceAll('\n', ' ')}.`);
    await remedy.getByText('Wait half a minute, then ask again.').waitFor();
    it.stack.faults[source].heal();
    await card(page, name).getByRole('button', { name: 'Ask again' }).click();
    await badge(page, name, 'answers');
    assert.equal(await remedy.count(), 0);
    await page.done();
  });
}

test('a Prometheus that wants to know who asks says so, with the line for the configuration', async () => {
  it.stack.faults.prometheus.fail(answering(401, 'Unauthorized\n'));
  const page = await it.open(view, { tolerate: FAILED_REQUESTS });
  await badge(page, 'Prometheus', 'not signed in');
  const remedy = card(page, 'Prometheus').getByRole('status');
  assert.equal(await remedy.locator('.what').innerText(), 'Prometheus wants to know who asks (401).');
  assert.equal(await remedy.locator('.lines pre').innerText(), '"prometheus": { "url": "prometheus", "auth": "basic" }');
  await page.done();
});

test('a secret that is typed goes to its source alone, is kept nowhere, and is gone when the page is loaded again', async () => {
  const token = 'a-token-that-nobody-guesses', proof = `Bearer ${token}`;
  const { loki, prometheus, tempo } = it.stack.faults;
  const refuse = answering(401, 'Unauthorized\n');
  prometheus.fail((request, response) => request.headers.authorization !== proof && refuse(request, response));
  const site = await it.stack.site({ SOURCES: { ...SAME_ORIGIN, prometheus: { url: 'prometheus', auth: 'bearer' } } });
  const page = await it.open(view, { base: site.url, tolerate: FAILED_REQUESTS });
  const form = card(page, 'Prometheus').locator('form');
  const type = async text => {
    await form.getByLabel('Token').fill(text);
    await form.getByRole('button', { name: 'Use it' }).click();
  };
  await badge(page, 'Prometheus', 'not signed in');
  await type('another-token');
  await card(page, 'Prometheus').getByText('Prometheus does not accept what was typed (401).').waitFor();
  await type(token);
  await badge(page, 'Prometheus', 'answers');
  await form.getByRole('button', { name: 'Forget it' }).waitFor();
  assert.equal(await form.getByLabel('Token').inputValue(), '');

  const since = prometheus.seen.length;
  await page.getByRole('link', { name: 'Overview', exact: true }).click();
  await page.getByRole('region', { name: 'Queue depth by stage' }).getByText('scrape_jobs').first().waitFor();
  const proofs = prometheus.seen.slice(since).map(({ headers }) => headers.authorization);
  assert.ok(proofs.length > 0 && proofs.every(each => each === proof), `${proofs}`);
  assert.deepEqual([...loki.seen, ...tempo.seen].filter(({ headers }) => headers.authorization), []);
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, history.state]));
  assert.doesNotMatch(kept, new RegExp(token));

  await page.getByRole('link', { name: 'Connections', exact: true }).click();
  await badge(page, 'Prometheus', 'answers');
  const before = prometheus.seen.length;
  await page.reload();
  await badge(page, 'Prometheus', 'not signed in');
  assert.equal(await form.getByRole('button', { name: 'Forget it' }).count(), 0);
  assert.deepEqual(prometheus.seen.slice(before).filter(({ headers }) => headers.authorization), []);
  await page.done();
});

test('a Loki on another origin that sends no CORS headers is told from one that is down', async () => {
  const other = await it.stack.site({ SOURCES: { ...SAME_ORIGIN, loki: { url: it.stack.servers.loki.url } } });
  const page = await it.open(view, { base: other.url, tolerate: /CORS policy|Failed to load resource|net::ERR_/ });
  await page.locator('main').getByText(/no CORS headers/).first().waitFor();
  await page.done();

  const [free] = await freePorts(1);
  const gone = await it.stack.site({ SOURCES: { ...SAME_ORIGIN, loki: { url: `http://127.0.0.1:${free}` } } });
  const without = await it.open(view, { base: gone.url, tolerate: /CORS policy|Failed to load resource|net::ERR_/ });
  await without.locator('main').getByText(`Nothing answers at http://127.0.0.1:${free}`).first().waitFor();
  assert.equal(await without.getByText(/no CORS headers/).count(), 0);
  await without.done();
});

test('a Prometheus behind another path than the configured one is found there', async () => {
  const wrong = await it.stack.site({ SOURCES: { ...SAME_ORIGIN, prometheus: { url: '.' } } });
  const page = await it.open(view, { base: wrong.url, tolerate: FAILED_REQUESTS });
  await page.locator('main').getByText(/is not where Prometheus is/).first().waitFor();
  await page.locator('main').getByText('"url": "./prometheus"').first().waitFor();
  await page.done();
});

test('a source of http: under a page of https: is explained as mixed content', async () => {
  const other = await it.stack.site({ SOURCES: { ...SAME_ORIGIN, loki: { url: 'http://loki.example:3100' } } });
  const page = await newPage(it.browser, { tolerate: /Mixed Content|CORS policy|Failed to load resource|net::ERR_/ });
  // The same site, by a name that the browser takes for a secure one.
  await page.route('https://console.example/**', async route => {
    const { pathname, search } = new URL(route.request().url());
    // What is still asked for when the page is closed needs no answer.
    await route.fetch({ url: new URL(`.${pathname}${search}`, other.url).href }).then(response => route.fulfill({ response })).catch(() => {});
  });
  await page.goto('https://console.example/?page=connections');
  await mounted(page);
  await page.locator('main').getByText(/came over HTTPS, and the browser does not let it ask http:\/\/loki.example/).first().waitFor();
  await page.done();
});

test('a system file may name its own servers, where the configuration names none', async () => {
  const shipped = JSON.parse(fs.readFileSync(path.join(ROOT, 'public/systems/trung-dev.json'), 'utf8'));
  const file = path.join(it.stack.data, 'own-servers.json');
  fs.writeFileSync(file, JSON.stringify({ ...shipped, name: 'own-servers', sources: { loki: { url: '.' } } }));
  const own = await it.stack.site({ SOURCES: {}, SYSTEM_FILE: file });
  const page = await it.open(view, { base: own.url });
  await page.getByRole('region', { name: 'Loki' }).getByText('answers', { exact: true }).first().waitFor();
  assert.equal(await page.getByRole('region', { name: /Prometheus|Tempo/ }).count(), 0);
  await page.done();
});

test('Mimir answers each tenant with its own series, and a missing tenant is said', { skip: !process.env.MIMIR_URL }, async () => {
  const host = new URL(it.stack.servers.prometheus.url);
  const PROMETHEUS = `${new URL(process.env.MIMIR_URL).host}/prometheus`;
  assert.notEqual(PROMETHEUS, host.host);
  const ask = async (tenant, path = 'labels') => {
    const site = await it.stack.site({ PROMETHEUS, TENANT: tenant });
    return fetch(`${site.url}prometheus/api/v1/${path}`);
  };
  assert.equal((await ask('')).status, 401);
  const names = async tenant => (await (await ask(tenant, 'label/__name__/values')).json()).data;
  assert.ok((await names('jobscope')).includes('queue_depth'));
  assert.deepEqual(await names('somebody-else'), []);

  // A second tenant's own series, which the first does not see.
  const second = `tenant-${crypto.randomUUID()}`, queue = 'jobs_of_the_second';
  const attributes = [{ key: 'queue', value: { stringValue: queue } }];
  const gauge = { dataPoints: [{ timeUnixNano: `${BigInt(Date.now()) * 1_000_000n}`, asInt: '7', attributes }] };
  const pushed = await fetch(`${process.env.MIMIR_URL}/otlp/v1/metrics`, {
    method: 'POST', headers: { 'content-type': 'application/json', 'x-scope-orgid': second },
    body: JSON.stringify({ resourceMetrics: [{ resource: {}, scopeMetrics: [{ metrics: [{ name: 'queue_depth', gauge }] }] }] }),
  });
  assert.equal(pushed.status, 200, await pushed.text());
  const queues = async tenant => (await (await ask(tenant, 'label/queue/values')).json()).data;
  assert.deepEqual([await names(second), await queues(second)], [['queue_depth'], [queue]]);
  const first = await queues('jobscope');
  assert.ok(first.includes('scrape_jobs') && !first.includes(queue), `${first}`);

  // Without a tenant the page says so; with one in its configuration it gets on.
  const missing = await it.stack.site({ PROMETHEUS });
  const page = await it.open(view, { base: missing.url, tolerate: FAILED_REQUESTS });
  await page.locator('main').getByText(/tenant/i).first().waitFor();
  await page.done();
  for (const [tenant, expected] of [['jobscope', ['scrape_jobs', 'chunk_jobs', 'embed_jobs']], [second, [queue]]]) {
    const sources = { ...SAME_ORIGIN, prometheus: { url: 'prometheus', kind: 'mimir', tenant } };
    const given = await it.stack.site({ PROMETHEUS, SOURCES: sources });
    const overview = await it.open({ page: 'overview', from: 'now-2h' }, { base: given.url });
    const shown = overview.getByRole('region', { name: 'Queue depth by stage' }).locator('.chart-name');
    await shown.first().waitFor();
    assert.deepEqual(await shown.allInnerTexts(), expected);
    await overview.done();
  }
});

test('the address of the page opens it again as it was', async () => {
  const page = await it.open({ ...view, from: 'now-3h', to: 'now', tz: 'utc', system: 'diffusion' }, { tolerate: FAILED_REQUESTS });
  // How long an answer took differs from time to time.
  const look = async each => {
    for (const name of NAMES) await badge(each, name, 'answers');
    const told = await Promise.all(NAMES.map(name => facts(each, name)));
    const top = await each.locator('.top').innerText();
    return { told: told.map(words => words.replace(/\d+ ms$/, '')), top, title: await each.title() };
  };
  const first = await look(page);
  const again = await it.open(new URL(page.url()).searchParams, { tolerate: FAILED_REQUESTS });
  assert.deepEqual(await look(again), first);
  assert.equal(again.url(), page.url());
  await page.done();
  await again.done();
});

test('the page is reached and worked by keyboard alone', async () => {
  const page = await it.open({ page: 'overview' }, { tolerate: FAILED_REQUESTS });
  await tabTo(page, page.getByRole('link', { name: 'Connections', exact: true }));
  await page.keyboard.press('Enter');
  await badge(page, 'Loki', 'answers');
  await tabTo(page, card(page, 'Loki').getByRole('button', { name: 'Ask again' }));
  await Promise.all([page.waitForResponse(/loki\/api\/v1\/labels/), page.keyboard.press('Enter')]);
  const record = page.getByRole('region', { name: 'Recordings' }).locator('button').first();
  await tabTo(page, record);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Stop and save the recording', pressed: true }).waitFor();
  await page.done();
});

test('axe objects to nothing', async () => {
  const page = await it.open(view, { tolerate: FAILED_REQUESTS });
  await page.locator('main').getByText('Loki').first().waitFor();
  await accessible(page);
  await page.done();
});
