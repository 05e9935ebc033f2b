// The job page on real servers: a person finds a job and reads what happened to it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { framing } from './lib/frames.mjs';
import { accessibleEverywhere, harness } from './lib/harness.mjs';
import { failedJob, goodLines, newJob, writeLines, writeSpans } from './lib/jobs.mjs';

const MINUTE = 60_000;
const LAST_HOUR = { from: 'now-1h', to: 'now' };
let failed;
const it = harness(async ({ stack }) => { failed = await failedJob(stack.servers, Date.now() - 10 * MINUTE); });

const jobView = (job, more = {}) => ({ page: 'job', job: job.id, ...LAST_HOUR, ...more });
const state = page => page.locator('.state').first();

test('a failed job shows the stage that failed, the code and the cause', async () => {
  const page = await it.open(jobView(failed));
  await page.getByText('failed at scrape').first().waitFor();
  // The trace may be drawn before the lines have come, which alone hold the code.
  await page.locator('main').getByText(/http_403/).first().waitFor();
  const words = await page.locator('main').innerText();
  assert.match(words, /docs\.example\.org answer(s|ed) 403/);
  assert.match(words, /attempts\s+3/);
  await page.done();
});

test('a good job without a trace is drawn from its lines, and says so', async () => {
  const job = newJob();
  await writeLines(it.stack.servers.loki.url, job, goodLines(job, Date.now() - 20 * MINUTE));
  const page = await it.open(jobView(job));
  await page.locator('.state.done').first().waitFor();
  await page.getByText(/trace not kept|sampling/i).first().waitFor();
  await page.done();
});

test('a job of 10,000 lines is shown whole, though one answer holds half of them', async () => {
  const job = newJob(), at = Date.now() - 25 * MINUTE;
  // As many as Loki takes at once; every tenth shares its millisecond with the next.
  const filler = Array.from({ length: 10_000 }, (_, i) => [at + 5_000 + (i - Number(i % 10 === 9)) / 2, 'scraper', { message: `page ${i} of the site map`, page: i }]);
  for (let i = 0; i < filler.length; i += 2_500) await writeLines(it.stack.servers.loki.url, job, filler.slice(i, i + 2_500));
  const story = goodLines(job, at);
  await writeLines(it.stack.servers.loki.url, job, story);
  const page = await it.open(jobView(job));
  await page.locator('.state.done').first().waitFor();
  await page.getByText(`${10_000 + story.length} lines, all services`).waitFor();
  await page.getByRole('listbox', { name: 'Log lines in time order' }).press('End');
  await page.getByText('job_completed').first().waitFor();
  assert.ok(await page.locator('[role=option]').count() < 200, 'only rows in view are in the page');
  await page.done();
});

test('a running job finishes while it is watched', async () => {
  const job = newJob();
  const at = Date.now() - 12_000;
  await writeLines(it.stack.servers.loki.url, job, goodLines(job, at, 'embed'));
  const page = await it.open(jobView(job, { refresh: '5s' }));
  await page.locator('.state.running').first().waitFor();
  const rest = goodLines(job, at).slice(goodLines(job, at, 'embed').length);
  await writeLines(it.stack.servers.loki.url, job, rest.map(([, service, fields], i) => [Date.now() + i, service, fields]));
  await page.locator('.state.done').first().waitFor();
  await page.done();
});

for (const [what, text] of [['its id', () => failed.id], ['its trace id', () => failed.trace], ['its task id', () => failed.task]]) {
  test(`a job is found by ${what} in the one box`, async () => {
    const page = await it.open({ page: 'overview', ...LAST_HOUR });
    // The first page of a run is slow to start: keys pressed before the box is there go nowhere.
    await page.locator('.find input').waitFor();
    await page.keyboard.press('/');
    await page.waitForFunction(() => document.activeElement?.closest('.find'));
    await page.keyboard.type(text());
    await page.keyboard.press('Enter');
    await page.getByText('failed at scrape').first().waitFor();
    assert.match(page.url(), /page=job/);
    await page.done();
  });
}

test('an unknown job says what was looked for', async () => {
  const page = await it.open(jobView({ id: 'job-00000000-0000' }));
  await page.getByText(/job-00000000-0000/).first().waitFor();
  assert.doesNotMatch(await page.locator('main').innerText(), /undefined|NaN/);
  await page.done();
});

test('the address of a view opens that view again', async () => {
  const page = await it.open(jobView(failed));
  await page.getByText('failed at scrape').first().waitFor();
  await page.locator('[role=option]').nth(3).click();
  await page.waitForURL(/line=/);
  await page.getByRole('button', { name: 'follow the timeline' }).click();
  await page.waitForURL(/show=still/);
  const look = async each => ({
    follows: await each.getByRole('button', { name: 'follow the timeline' }).getAttribute('aria-pressed'),
    state: await state(each).innerText(),
    line: await each.locator('[role=option][aria-selected=true]').innerText(),
    detail: await each.locator('.detail').first().innerText(),
  });
  const first = await look(page);
  assert.equal(first.follows, 'false');
  const again = await it.open(new URL(page.url()).searchParams);
  await again.locator('[role=option][aria-selected=true]').waitFor();
  assert.deepEqual(await look(again), first);
  assert.equal(again.url(), page.url());
  await page.done();
  await again.done();
});

const inView = (page, row) => row.evaluate(node => {
  const { top, bottom } = node.getBoundingClientRect(), list = node.closest('.vlist').getBoundingClientRect();
  return top >= list.top - 1 && bottom <= list.bottom + 1;
});

test('a bar marks the lines of its span and brings them into view, a tick its line, a line its tick', async () => {
  const job = newJob(), at = Date.now() - 15 * MINUTE, [root, span] = ['a000000000000001', 'b000000000000002'];
  const of = { trace_id: job.trace, span_id: span, task: 'scrape_task', task_id: job.task, retries: 0 };
  await writeLines(it.stack.servers.loki.url, job, [
    [at, 'orchestrator', { event: 'job_submitted', trace_id: job.trace, url: 'https://docs.example.org/guide' }],
    [at + 100, 'orchestrator', { event: 'stage_queued', stage: 'scrape', queue: 'scrape_jobs', task_id: job.task, trace_id: job.trace }],
    // As many as put what follows out of view.
    ...Array.from({ length: 200 }, (_, i) => [at + 200 + i, 'orchestrator', { message: `waits, ${i}` }]),
    [at + 2_000, 'scraper', { event: 'task_started', ...of }],
    [at + 4_000, 'scraper', { message: 'reads the site map', ...of }],
    [at + 6_000, 'scraper', { event: 'scrape_completed', duration_ms: 4_000, ...of }],
    [at + 9_000, 'orchestrator', { event: 'job_completed', status: 'done', trace_id: job.trace }],
  ]);
  const attrs = { 'job.stage': 'scrape', 'messaging.message.id': job.task };
  await writeSpans(it.stack.servers.tempo.otlp, job, [
    { service: 'orchestrator', name: 'apply_async/scrape_task', kind: 4, id: root, from: at + 50, to: at + 120,
      attrs: { ...attrs, 'celery.action': 'apply_async' } },
    { service: 'scraper', name: 'run/scrape_task', kind: 5, id: span, parent: root, from: at + 2_000, to: at + 6_000,
      attrs: { ...attrs, 'celery.action': 'run', 'celery.task_name': 'scrape_task', 'celery.retries': 0, 'celery.state': 'SUCCESS' } },
  ]);
  const page = await it.open(jobView(job));
  await page.getByText('206 lines, all services').waitFor();
  await page.locator('button.tl-bar[title*="apply_async"]').first().waitFor();
  const stage = page.locator('.tl-row').filter({ has: page.locator('button.tl-bar[title*="attempt 1"]') });
  const bar = stage.locator('button.tl-bar');
  const marked = page.locator('.log-row.in-span'), chosen = page.locator('.log-row[aria-selected=true]');
  assert.deepEqual([await marked.count(), await chosen.count()], [0, 0]);

  await bar.click();
  await page.waitForURL(new RegExp(`span=${span}`));
  assert.equal(await bar.getAttribute('aria-pressed'), 'true');
  await marked.nth(2).waitFor();
  const says = ['task_started', 'reads the site map', 'scrape_completed'];
  assert.deepEqual((await marked.locator('.m').allInnerTexts()).map((text, i) => text.startsWith(says[i])), [true, true, true]);
  assert.ok(await inView(page, marked.first()));

  await page.locator('.vlist').evaluate(list => { list.scrollTop = 0; });
  await marked.first().waitFor({ state: 'detached' });
  await stage.locator('.tl-tick').nth(1).click();
  await chosen.filter({ hasText: says[1] }).waitFor();
  assert.ok(await inView(page, chosen));
  assert.equal(await bar.getAttribute('aria-pressed'), 'false');

  await page.locator('.log-row', { hasText: says[2] }).click();
  await chosen.filter({ hasText: says[2] }).waitFor();
  assert.ok(await bar.evaluate(it => it.classList.contains('tl-around')), 'the bar of the line is marked');
  const tick = page.locator('.tl-tick.tl-sel');
  assert.deepEqual([await tick.count(), await stage.locator('.tl-tick.tl-sel').count()], [1, 1]);
  assert.ok((await tick.getAttribute('title')).startsWith(await chosen.locator('.t').innerText()));
  await page.done();
});

test('where lines alone tell of a job, a bar and the line that it comes from select each other', async () => {
  const job = newJob();
  await writeLines(it.stack.servers.loki.url, job, goodLines(job, Date.now() - 20 * MINUTE));
  const page = await it.open(jobView(job));
  await page.locator('.state.done').first().waitFor();
  const started = page.locator('.log-row', { hasText: 'task_started' });
  const bars = page.locator('button.tl-bar[title*="attempt 1"]');
  const pressed = () => bars.evaluateAll(all => all.map(it => it.ariaPressed));
  await started.nth(2).waitFor();
  assert.deepEqual(await pressed(), ['false', 'false', 'false']);
  await started.nth(1).click();
  await page.waitForURL(/line=/);
  assert.deepEqual(await pressed(), ['false', 'true', 'false']);
  await bars.nth(2).click();
  await page.waitForFunction(() => document.querySelectorAll('button.tl-bar[title*="attempt 1"]')[2].ariaPressed === 'true');
  assert.deepEqual(await started.evaluateAll(all => all.map(it => it.ariaSelected)), ['false', 'false', 'true']);
  await page.done();
});

test('everything is reached by keyboard', async () => {
  const page = await it.open(jobView(failed));
  await page.getByText('failed at scrape').first().waitFor();
  await page.locator('[role=option]').nth(3).waitFor();
  const list = page.getByRole('listbox');
  for (let i = 0; i < 80 && !(await list.evaluate(node => node.contains(document.activeElement))); i++) await page.keyboard.press('Tab');
  assert.ok(await list.evaluate(node => node.contains(document.activeElement)), 'Tab reaches the log lines');
  await page.keyboard.press('ArrowDown');
  await page.waitForURL(/line=/);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.closest('.detail, [class*=detail]'));
  await page.done();
});

test('axe objects to nothing, in both themes and on a phone', async () => {
  const page = await it.open(jobView(failed));
  await page.getByText('failed at scrape').first().waitFor();
  await accessibleEverywhere(page);
  await page.done();
});

test('a view works under a sub-path', async () => {
  const site = await it.stack.site({ BASE: '/tools/jobscope/' });
  const page = await it.open(jobView(failed), { base: site.url });
  await page.getByText('failed at scrape').first().waitFor();
  await page.done();
});

test('a view works in a sandboxed frame without an origin, through the embed path', async () => {
  const EMBED_KEY = 'a-long-key-that-nobody-guesses';
  const site = await it.stack.site({ EMBED_KEY, FRAME_ANCESTORS: 'http://127.0.0.1:*' });
  const query = new URLSearchParams(jobView(failed, { embed: '1' }));
  await framing(it.browser, `${site.url}embed/${EMBED_KEY}/?${query}`, 'allow-scripts', async (_, frame) => {
    await frame.getByText('failed at scrape').first().waitFor();
    await frame.locator('[role=option]').nth(3).waitFor();
  });
});

test('a view works in a plain frame, without the shell', async () => {
  const site = await it.stack.site({ FRAME_ANCESTORS: 'http://127.0.0.1:*' });
  await framing(it.browser, `${site.url}?${new URLSearchParams(jobView(failed, { embed: '1' }))}`, undefined, async (_, frame) => {
    await frame.getByText('failed at scrape').first().waitFor();
    assert.equal(await frame.getByPlaceholder(/task id/).count(), 0, 'no find box in a frame');
  });
});
