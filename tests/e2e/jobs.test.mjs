// The explorer on real servers: every job of the range, by state, with what it covers; and the way to one job.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { FAULTS } from './lib/faults.mjs';
import { FAILED_REQUESTS, accessibleEverywhere, harness } from './lib/harness.mjs';
import { failedJob, goodLines, newJob, writeLines } from './lib/jobs.mjs';
import { ms, truthOf } from './lib/truth.mjs';

const MINUTE = 60_000;
const truth = JSON.parse(fs.readFileSync(process.env.DEMO_TRUTH, 'utf8'));
const end = Number(BigInt(truth.end.ns) / 1_000_000n);
/** Twenty minutes of what the generator wrote, all of it over. */
const past = { page: 'jobs', from: `${end - 40 * MINUTE}`, to: `${end - 20 * MINUTE}`, tz: 'utc' };
/** The last quarter of an hour of it, and whatever came since: other tests may have taken their time before these. */
const now = { page: 'jobs', from: `now-${15 + Math.ceil((Date.now() - end) / MINUTE)}m`, to: 'now', tz: 'utc' };
let failed, good;
const it = harness(async ({ stack }) => {
  failed = await failedJob(stack.servers, Date.now() - 5 * MINUTE);
  good = newJob();
  await writeLines(stack.servers.loki.url, good, goodLines(good, Date.now() - 4 * MINUTE));
});

const rows = page => page.locator('.job-row');
const cover = page => page.locator('.jobs-cover');
const complete = page => page.waitForFunction(() => /^All [\d\s\u202f]+ jobs? of this time\./.test(document.querySelector('.jobs-cover')?.innerText ?? ''));
const count = async (page, state) => Number((await page.locator(`.count.${state} b`).innerText()).replaceAll(/[\s\u202f]/g, ''));

async function opened(view, options) {
  const page = await it.open(view, options);
  await rows(page).first().waitFor();
  await complete(page);
  return page;
}

/** Job ids that lines of the range name, asked for outside the app, slice by slice. */
async function idsInLoki(from, to) {
  const query = new URLSearchParams({ query: '{service_name=~"orchestrator|scraper|chunking|embedding-api"} |= "job_id"', start: `${from}000000`, end: `${to}000000`, limit: 5000 });
  const { data } = await (await fetch(`${it.stack.servers.loki.url}/loki/api/v1/query_range?${query}`)).json();
  const lines = data.result.flatMap(stream => stream.values.map(value => value[1]));
  if (lines.length < 5000) return new Set(lines.map(line => JSON.parse(line).job_id).filter(Boolean));
  const middle = Math.floor((from + to) / 2);
  assert.ok(middle > from, 'more lines in a millisecond than can be asked for');
  return new Set([...await idsInLoki(from, middle), ...await idsInLoki(middle, to)]);
}

test('the list holds every job that the lines of the range name, and no other', async () => {
  const page = await opened(past);
  const expected = await idsInLoki(Number(past.from), Number(past.to));
  const shown = await count(page, 'all');
  // A job that only traces know, or only its task, may come on top of those that lines name.
  assert.ok(shown >= expected.size && shown <= expected.size * 1.05, `${shown} are shown, ${expected.size} are named`);
  await page.done();
});

test('a failed job is found by its state and its error, and its row leads to it', async () => {
  const page = await opened({ ...now, f: 'state:is:failed', q: failed.id });
  const row = rows(page).first();
  assert.match(await row.innerText(), /failed[\s\S]*http_403/);
  assert.equal(await row.locator('.mini').getAttribute('role'), 'img');
  await row.click();
  await page.waitForURL(new RegExp(`job=${failed.id}`));
  await page.locator('.state', { hasText: 'failed at scrape' }).first().waitFor();
  await page.goBack();
  await rows(page).first().waitFor();
  await page.done();
});

test('without Loki, kept traces tell which jobs were submitted in the range', async () => {
  it.stack.faults.loki.fail(FAULTS.cut);
  const page = await it.open({ ...past, tab: 'failures' }, { tolerate: FAILED_REQUESTS });
  await page.locator('main [role=alert]', { hasText: 'Loki' }).first().waitFor();
  await page.locator('.flow .count', { hasText: 'submitted' }).locator('b', { hasText: /[1-9]/ }).waitFor();
  await page.done();
});

test('whether a trace was kept is told', async () => {
  const page = await opened({ ...now, q: good.id, cols: 'state,job,trace' });
  await page.waitForFunction(() => /not kept/.test(document.querySelector('.job-row')?.innerText ?? ''));
  await page.done();
});

test('jobs that ended well though their lines name several users stand out, and are found by it', async () => {
  const told = truthOf('metamock'), leaked = told.examples['flawed context_leak'].map(job => job.job_id);
  const hours = { page: 'jobs', sys: 'metamock', from: `${ms(told.start)}`, to: `${ms(told.end) + MINUTE}`, tz: 'utc' };
  const page = await opened(hours);
  const n = Number.parseInt(await page.locator('.count.done small', { hasText: 'of several users' }).innerText(), 10);
  assert.ok(n >= leaked.length && n < await count(page, 'done') / 4, `${n} of ${await count(page, 'done')}, ${leaked.length} are told`);
  const found = await opened({ ...hours, f: 'users:least:2', cols: 'state,job,user,users' });
  assert.equal(await rows(found).first().getAttribute('aria-setsize'), `${n}`);
  assert.match(await found.locator('.job-row .several').first().getAttribute('title'), /name 2 users, \S+, \S+: a worker may have kept the context/);
  // Those that the generator tells of are among them.
  const those = leaked.map(id => ['f', `job:is:${id}`]);
  const both = await opened([...Object.entries(hours), ['f', 'users:least:2'], ...those]);
  assert.equal(await rows(both).first().getAttribute('aria-setsize'), `${leaked.length}`);
  for (const each of [page, found, both]) await each.done();
});

test('counts filter, the address says so and opens the same list', async () => {
  const page = await opened(past);
  const expected = await count(page, 'failed');
  await page.locator('.count.failed').click();
  await page.waitForURL(/f=state:is:failed/);
  await page.waitForFunction(n => document.querySelector('.job-row')?.getAttribute('aria-setsize') === `${n}`, expected);
  await page.getByRole('button', { name: /^Sort by Total/ }).click();
  await page.waitForURL(/sort=duration/);
  const ids = each => each.locator('.job-row .id').allInnerTexts();
  const again = await it.open(new URL(page.url()).searchParams);
  await rows(again).first().waitFor();
  await complete(again);
  assert.deepEqual((await ids(again)).slice(0, 10), (await ids(page)).slice(0, 10));
  await page.done();
  await again.done();
});

test('several values of one field show the jobs of each', async () => {
  const page = await opened([...Object.entries(past), ['f', 'state:is:failed'], ['f', 'state:is:done']]);
  const [failed, done] = [await count(page, 'failed'), await count(page, 'done')];
  const shown = n => page.waitForFunction(n => document.querySelector('.job-row')?.getAttribute('aria-setsize') === `${n}`, n);
  await shown(failed + done);
  assert.match(await page.locator('.jobs-filters').innerText(), /State = failed\s*×?\s*or\s*State = done/);
  await page.locator('.count.failed').click({ modifiers: ['Control'] });
  await shown(done);
  await page.locator('.count.failed').click({ modifiers: ['Control'] });
  await shown(failed + done);
  // Another value widens: values are offered whatever is filtered for already.
  await page.getByRole('button', { name: 'Add a filter' }).click();
  await page.getByLabel('Field').selectOption('state');
  await page.getByText('Or: one of the values of State is enough.').waitFor();
  const offered = page.getByRole('list', { name: 'Values that the jobs have' });
  for (const state of ['done', 'failed']) await offered.getByRole('button', { name: new RegExp(`^${state}`) }).waitFor();
  await page.done();
});

test('a filter is put together from values that the jobs have', async () => {
  const page = await opened(past);
  await page.getByRole('button', { name: 'Add a filter' }).click();
  await page.getByLabel('Field').selectOption('error');
  await page.getByRole('list', { name: 'Values that the jobs have' }).getByRole('button').first().click();
  await page.waitForURL(/f=error:is:/);
  await page.locator('.chip').first().waitFor();
  await page.done();
});

test('a part of the scatter that is brushed over becomes the range', async () => {
  const page = await opened(past);
  const box = await page.locator('.scatter .chart-over').boundingBox();
  await page.mouse.move(box.x + box.width * 0.4, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 42, { steps: 5 });
  await page.mouse.up();
  await page.waitForURL(url => url.searchParams.get('from') !== past.from);
  const { searchParams } = new URL(page.url());
  assert.ok(Number(searchParams.get('from')) > Number(past.from) && Number(searchParams.get('to')) < Number(past.to), page.url());
  await page.done();
});

test('a view is saved under a name, brings its filters and columns back, and is forgotten', async () => {
  const page = await opened({ ...past, f: 'state:is:failed', cols: 'state,job,trace' });
  const menu = page.getByRole('button', { name: 'Saved views' }), views = page.locator('.jobs-saved-panel');
  await menu.click();
  await views.getByLabel('Name for this view').fill('Failed ones');
  await views.getByRole('button', { name: 'Save' }).click();
  await views.getByRole('link', { name: 'Failed ones' }).waitFor();
  await page.goto(`${it.stack.url}?${new URLSearchParams(past)}`);
  await complete(page);
  assert.equal(await page.locator('.chip').count(), 0);
  await menu.click();
  await views.getByRole('link', { name: 'Failed ones' }).click();
  await page.waitForURL(/f=state:is:failed/);
  await page.locator('.chip').first().waitFor();
  assert.equal(await page.locator('.jobs-heads button').count(), 3);
  await menu.click();
  await views.getByRole('button', { name: 'Forget Failed ones' }).click();
  await page.reload();
  await menu.click();
  await views.getByRole('button', { name: 'Save' }).waitFor();
  assert.equal(await views.getByRole('link').count(), 0);
  await page.done();
});

test('everything is reached by keyboard', async () => {
  const page = await opened(past);
  await page.locator('.jobs-list .vlist').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const id = await page.locator('.job-row.on .id').innerText();
  await page.keyboard.press('Enter');
  await page.waitForURL(new RegExp(`job=${id}`));
  await page.done();
});

test('the box finds a job by its address, and a wrong id leads to the right one', async () => {
  const page = await opened(now);
  await page.keyboard.press('/');
  await page.keyboard.type('https://docs.example.org/guide');
  await page.keyboard.press('Enter');
  await page.waitForURL(/page=jobs.*q=https/);
  await rows(page).first().waitFor();
  await page.goto(`${it.stack.url}?page=job&job=${failed.id.slice(0, -1)}x&from=now-15m&to=now`);
  await page.locator('.examples a', { hasText: failed.id }).click();
  await page.locator('.state', { hasText: 'failed at scrape' }).first().waitFor();
  await page.done();
});

/** The job that stands at the top of what is seen of the list. */
const topJob = page => page.locator('.jobs-list .vlist').evaluate(list => {
  const { left, top } = list.getBoundingClientRect();
  return document.elementFromPoint(left + 40, top + 20)?.closest('.job-row')?.querySelector('.id').innerText;
});

/** Scrolls the list, and tells which job stands at its top once it is drawn. */
async function scrolledTo(page, px) {
  await page.locator('.jobs-list .vlist').evaluate((list, px) => new Promise(done => {
    list.scrollTop = px;
    requestAnimationFrame(() => requestAnimationFrame(done));
  }), px);
  const job = await topJob(page);
  assert.ok(job, 'a row is seen at the top of the list');
  return job;
}

test('new jobs wait while somebody reads, and enter when they are let in', async () => {
  const page = await opened({ ...now, refresh: '2s' });
  const first = await scrolledTo(page, 400);
  const job = newJob();
  await writeLines(it.stack.servers.loki.url, job, goodLines(job, Date.now() - 2_000, 'scrape').slice(0, 3));
  await page.locator('.jobs-new button').waitFor();
  assert.equal(await topJob(page), first);
  await page.locator('.jobs-new button').click();
  await page.locator('.job-row .id', { hasText: job.id }).waitFor();
  await page.done();
});

test('a job that stops passing the filter stays in its place until the reader acts', async () => {
  const [first, second] = [newJob(), newJob()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const at = Date.now() - 20_000;
  for (const [place, job] of [first, second].entries()) await writeLines(it.stack.servers.loki.url, job, goodLines(job, at + place * 1_000, 'scrape'));
  const page = await it.open([...Object.entries({ ...now, refresh: '2s', sort: 'job:asc', f: 'state:is:running' })]);
  const ids = () => rows(page).locator('.id').allInnerTexts();
  await page.locator('.job-row .id', { hasText: first.id }).waitFor();
  await page.locator('.job-row .id', { hasText: second.id }).waitFor();
  await page.locator('.jobs-list .vlist').focus();
  await page.keyboard.press('ArrowDown');
  const before = await ids();
  const rest = goodLines(first, at).slice(goodLines(first, at, 'scrape').length);
  await writeLines(it.stack.servers.loki.url, first, rest);
  const gone = page.locator('.job-row.gone', { hasText: first.id });
  await gone.waitFor({ timeout: 30_000 });
  assert.match(await gone.innerText(), /done[\s\S]*no longer matches/);
  const after = await ids();
  assert.deepEqual(after.slice(0, before.length), before);
  await page.locator('.jobs-new button', { hasText: 'no longer belong' }).click();
  await page.locator('.job-row .id', { hasText: first.id }).waitFor({ state: 'detached' });
  await page.locator('.job-row .id', { hasText: second.id }).waitFor();
  await page.done();
});

test('with Tempo gone the list lives and says what is missing', async () => {
  it.stack.faults.tempo.fail(FAULTS.cut);
  const page = await it.open(now, { tolerate: FAILED_REQUESTS });
  await rows(page).first().waitFor();
  await page.locator('.panel-note.error', { hasText: 'Tempo' }).waitFor();
  await page.done();
});

test('axe objects to nothing, in both themes and on a phone', async () => {
  const page = await opened(past);
  await accessibleEverywhere(page);
  await page.done();
});

test('what is covered is told', async () => {
  const page = await opened(past);
  assert.match(await cover(page).innerText(), /Counts are exact for what was read: [\d\s\u202f]+ lines; rows come from lines and traces/);
  await page.done();
});
