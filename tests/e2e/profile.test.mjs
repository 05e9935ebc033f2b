// Profiles: the step that asks Pyroscope, through nginx; a Pyroscope among the Connections; and none at all.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { FAILED_REQUESTS, accessibleEverywhere, harness } from './lib/harness.mjs';
import { failedJob } from './lib/jobs.mjs';
import { pyroscope } from './lib/pyroscope.mjs';
import { SAME_ORIGIN } from './lib/stack.mjs';
import { comes, named, steps } from './lib/steps.mjs';

const MINUTE = 60_000;
const UI = 'https://profiles.example/app';
const SPAN = '5ca1ab1e00c0ffee';
let failed, profiler, site;
const it = harness(async ({ stack }) => {
  const at = Date.now() - 10 * MINUTE;
  failed = await failedJob(stack.servers, at, SPAN);
  // The failed stage is worked on from 2 s to 63 s after its submission.
  profiler = await pyroscope('scraper', at + 10_000, at + 50_000, SPAN);
  site = await stack.site({ PYROSCOPE: profiler.host, SOURCES: { ...SAME_ORIGIN, pyroscope: { url: 'pyroscope', ui: UI } } });
});
after(() => profiler?.stop());

const debugView = () => ({ page: 'job', job: failed.id, tab: 'debug', tz: 'utc', from: 'now-1h', to: 'now' });
const opened = (options = {}) => it.open(debugView(), { base: site.url, ...options });
const profileStep = page => page.locator('.step').filter({ hasText: 'Pyroscope' }).first();

test('the step says which function took most, shows the first ones, and leads to the flame graph', async () => {
  const page = await opened();
  const { state, says } = named(await steps(page), 'Pyroscope');
  assert.equal(state, 'found');
  assert.match(says, /^“json\.loads” took 61 % of the CPU time of scraper from (\S+ )?\d\d:\d\d:\d\d to (\S+ )?\d\d:\d\d:\d\d \(24\.4 s of 40 s\); no allocated memory was profiled\.$/);
  const step = profileStep(page);
  await step.getByRole('button', { name: '1 profile' }).click();
  const rows = await step.locator('.prof tbody tr').evaluateAll(all => all.map(row => [...row.children].map(cell => cell.innerText.trim()).join(' | ')));
  assert.equal(rows[0], 'json.loads | 61 % | 24.4 s | 24.4 s');
  assert.equal(rows[1], 're.sub | 26 % | 10.6 s | 10.6 s');
  assert.match(rows.join('\n'), /worker\.chunk \| 7\.5 % \| 3 s \| 36 s/, 'a function that calls itself counts once');
  assert.match(await step.locator('.prof caption').innerText(), /CPU time: 40 s in all/);
  const href = new URL(await step.getByRole('link', { name: /Pyroscope: CPU time/ }).getAttribute('href'));
  assert.equal(href.origin + href.pathname, `${UI}/`);
  assert.equal(href.searchParams.get('query'), 'process_cpu:cpu:nanoseconds:cpu:nanoseconds{service_name="scraper"}');
  await step.getByRole('button', { name: 'How' }).click();
  assert.match(await step.innerText(), /Pyroscope: profile, .*\s+process_cpu:cpu:nanoseconds:cpu:nanoseconds\{service_name="scraper"\}/);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await comes(page).getByRole('button', { name: 'Copy Markdown for a ticket' }).click();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /Pyroscope.*json\.loads.* took 61 %/);
  await page.done();
});

test('the window is the stage that failed, with what a profiler needs to send around it', { skip: process.env.PYROSCOPE_URL && 'a stand-in tells what it was asked' }, () => {
  const asked = profiler.asked.map(url => new URL(url, profiler.url)).find(url => url.pathname === '/pyroscope/render');
  const seconds = (Number(asked.searchParams.get('until')) - Number(asked.searchParams.get('from'))) / 1000;
  assert.ok(seconds > 88 && seconds < 94, `${seconds} s: the stage's 61 and 15 on both sides`);
});

const traceView = () => ({ ...debugView(), tab: 'trace', trace: failed.trace });
const pane = page => page.getByRole('complementary', { name: 'Span', exact: true });
const chosen = async (page, attempt) => {
  await page.locator('.wf-row').filter({ hasText: 'run/scrape_task' }).nth(attempt - 1).click();
  await pane(page).getByRole('button', { name: 'Profile of this span' }).click();
  await pane(page).getByRole('heading', { name: 'Profile', exact: true }).waitFor();
};

test('a span that samples name tells in one click what its own time went to', { skip: process.env.PYROSCOPE_URL && 'the real one has no sample of that span' }, async () => {
  const page = await it.open(traceView(), { base: site.url });
  await chosen(page, 3);
  const told = await pane(page).innerText();
  assert.match(told, /“json\.loads” took 61 % of the CPU time of this span from .* to .* \(24\.4 s of 40 s\)/);
  assert.doesNotMatch(told, /whole service/);
  assert.match((await pane(page).locator('.prof tbody tr').first().innerText()).replaceAll(/\s+/g, ' '), /json\.loads 61 % 24\.4 s/);
  const posts = profiler.asked.filter(url => url.startsWith('/querier.v1.'));
  assert.deepEqual([...new Set(posts)], ['/querier.v1.QuerierService/SelectMergeSpanProfile']);
  await page.done();
});

test('a span that no sample can name tells of its service, and why', async () => {
  const page = await it.open(traceView(), { base: site.url });
  await chosen(page, 1);
  const told = await pane(page).innerText();
  assert.match(told, /took 61 % of the CPU time of scraper from/);
  assert.match(told, /Of the whole service, since the span has no pyroscope\.profile\.id, by which its own samples could be told\./);
  const href = new URL(await pane(page).getByRole('link', { name: 'Pyroscope: CPU time of the service' }).getAttribute('href'));
  assert.equal(href.searchParams.get('query'), 'process_cpu:cpu:nanoseconds:cpu:nanoseconds{service_name="scraper"}');
  await accessibleEverywhere(page);
  await page.done();
});

test('without a Pyroscope only a span that is marked offers its profile, and says what is missing', async () => {
  const page = await it.open(traceView(), {});
  await page.locator('.wf-row').filter({ hasText: 'run/scrape_task' }).first().click();
  await pane(page).getByText('Copy its link').waitFor();
  assert.equal(await pane(page).getByRole('button', { name: 'Profile of this span' }).count(), 0);
  await chosen(page, 3);
  assert.match(await pane(page).innerText(), /No Pyroscope is configured/);
  await page.done();
});

test('a Pyroscope stands among the connections with its version', async () => {
  const page = await it.open({ page: 'connections' }, { base: site.url, tolerate: FAILED_REQUESTS });
  const card = page.getByRole('region', { name: 'Pyroscope', exact: true });
  await card.locator('header').getByText('answers', { exact: true }).waitFor();
  const { data, version } = await (await fetch(`${profiler.url}/api/v1/status/buildinfo`)).json();
  const told = data?.version ?? version;
  assert.match((await card.locator('.facts').innerText()).replaceAll(/\s+/g, ' '), new RegExp(`version ${told ? '.*' : 'not told'}.* answered in`));
  await page.done();
});

test('the proxy passes what reads from Pyroscope and nothing else', async () => {
  const status = async (path, options) => (await fetch(site.url + path, options)).status;
  for (const path of ['pyroscope/ready', 'pyroscope/api/v1/status/buildinfo', 'pyroscope/pyroscope/label-values?label=__name__']) assert.equal(await status(path), 200, path);
  assert.equal(await status('pyroscope/querier.v1.QuerierService/SelectMergeSpanProfile'), 403, 'what is asked by POST is asked by nothing else');
  for (const path of ['pyroscope/ingest', 'pyroscope/querier.v1.QuerierService/SelectMergeProfile', 'pyroscope/push.v1.PusherService/Push', 'pyroscope/pyroscope/render', 'pyroscope/flush']) {
    assert.equal(await status(path, { method: 'POST' }), 403, path);
  }
});

test('a dead Pyroscope spoils its step alone', async () => {
  const dead = await it.stack.site({ SOURCES: { ...SAME_ORIGIN, pyroscope: { url: 'pyroscope' } } });
  const page = await it.open(debugView(), { base: dead.url, tolerate: FAILED_REQUESTS });
  const all = await steps(page);
  assert.deepEqual({ ...named(all, 'Pyroscope'), title: '' }, { state: 'could not ask', title: '', says: 'Pyroscope failed (502).' });
  assert.equal(named(all, 'Loki').state, 'found');
  await page.done();
  const trace = await it.open(traceView(), { base: dead.url, tolerate: FAILED_REQUESTS });
  await chosen(trace, 1);
  await pane(trace).getByText('Pyroscope failed (502)').waitFor();
  const again = trace.waitForRequest(/pyroscope\/render/);
  await pane(trace).getByRole('button', { name: 'Try again' }).click();
  await again;
  await pane(trace).getByText('Pyroscope failed (502)').waitFor();
  await trace.done();
});

test('without a Pyroscope the step says what to do, and gives the command', async () => {
  const page = await it.open(debugView());
  const { state, says } = named(await steps(page), 'Pyroscope');
  assert.equal(state, 'not applicable');
  assert.match(says, /^No Pyroscope is configured: name it under “sources” in config\.json/);
  const step = profileStep(page);
  await step.getByRole('button', { name: '1 command to copy' }).click();
  assert.match(await step.innerText(), /pyroscope\/render" --data-urlencode 'query=process_cpu:\S+\{service_name="'scraper'"\}' -d from=\d{13}/);
  assert.equal(await step.getByRole('link').count(), 0);
  await page.done();
});

test('axe objects to nothing in the table, in both themes and on a phone', async () => {
  const page = await opened();
  await steps(page);
  await profileStep(page).getByRole('button', { name: '1 profile' }).click();
  await accessibleEverywhere(page);
  await page.done();
});
