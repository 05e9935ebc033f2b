// The Connections page: what each source is, and in words why one does not answer. Tenants, with the real Mimir.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { mounted, newPage } from './lib/chromium.mjs';
import { FAULTS } from './lib/faults.mjs';
import { FAILED_REQUESTS, accessible, harness } from './lib/harness.mjs';
import { ROOT } from './lib/paths.mjs';
import { freePorts } from './lib/ports.mjs';
import { SAME_ORIGIN } from './lib/stack.mjs';

const it = harness();
const view = { page: 'connections' };

test('every source that answers is named, with its version where it tells one', async () => {
  const page = await it.open(view, { tolerate: FAILED_REQUESTS });
  for (const name of ['Loki', 'Prometheus', 'Tempo']) await page.locator('main').getByText(name).first().waitFor();
  await page.waitForFunction(() => !/asking|waiting/i.test(document.querySelector('main').innerText));
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

  // Without a tenant the page says so; with one in its configuration it gets on.
  const missing = await it.stack.site({ PROMETHEUS });
  const page = await it.open(view, { base: missing.url, tolerate: FAILED_REQUESTS });
  await page.locator('main').getByText(/tenant/i).first().waitFor();
  await page.done();
  const sources = { ...SAME_ORIGIN, prometheus: { url: 'prometheus', kind: 'mimir', tenant: 'jobscope' } };
  const given = await it.stack.site({ PROMETHEUS, SOURCES: sources });
  const overview = await it.open({ page: 'overview', from: 'now-2h' }, { base: given.url });
  await overview.getByRole('region', { name: 'Queue depth by stage' }).getByText('scrape_jobs').first().waitFor();
  await overview.done();
});

test('axe objects to nothing', async () => {
  const page = await it.open(view, { tolerate: FAILED_REQUESTS });
  await page.locator('main').getByText('Loki').first().waitFor();
  await accessible(page);
  await page.done();
});
