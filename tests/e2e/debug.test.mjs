// The debugging tab on real servers: the steps of a failed job have run, and say what the generator meant.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { FAULTS } from './lib/faults.mjs';
import { accessible, FAILED_REQUESTS, harness } from './lib/harness.mjs';
import { failedJob, goodLines, newJob, writeLines } from './lib/jobs.mjs';

const MINUTE = 60_000;
const LAST_HOUR = { from: 'now-1h', to: 'now' };
let failed;
const it = harness(async ({ stack }) => { failed = await failedJob(stack.servers, Date.now() - 10 * MINUTE); });

const debugView = (id, more = LAST_HOUR) => ({ page: 'job', job: id, tab: 'debug', tz: 'utc', ...more });

/** Waits until every step has run and other jobs have been looked at; each as {state, title, says}. */
async function steps(page) {
  const until = condition => page.waitForFunction(condition, null, { timeout: 60_000 })
    .catch(async error => { throw new Error(`${error.message}\n${await page.locator('body').innerText()}`); });
  await until(() => document.querySelector('.step') && !document.querySelector('.step.waiting'));
  await until(() => !/^Looking for/.test(document.querySelector('.same')?.innerText ?? ''));
  return page.locator('.step').evaluateAll(all => all.map(step => ({
    state: step.querySelector('.state').textContent.trim(),
    title: step.querySelector('h3').textContent.trim(),
    says: step.querySelector('.step-says').textContent.trim(),
  })));
}

const named = (all, title) => all.find(step => step.title.includes(title)) ?? assert.fail(`no step ${title} among ${all.map(step => step.title)}`);
const comes = page => page.getByRole('region', { name: 'What it comes to' });

test('the six steps of a failed job have run, each with a verdict and its time', async () => {
  const page = await it.open(debugView(failed.id));
  const all = await steps(page);
  assert.equal(all.length, 6);
  assert.match(named(all, 'Postgres').says, /http_403/);
  assert.match(named(all, 'Tempo: failed spans').says, /failed spans? of scraper, of \d+ jobs?; this job's, run\/scrape_task at \d\d:\d\d:\d\d/);
  assert.match(named(all, 'Loki').says, /9 lines of 2 services from .*: 2 errors, 2 warnings; the error of scraper at .* says “scrape_failed: http_403”/);
  assert.equal(named(all, 'Pyroscope').state, 'not applicable');
  assert.match(await page.locator('.checklist').first().innerText(), /6 of 6 ran in .*20 min by hand/);
  assert.match(await page.locator('.checklist').nth(1).innerText(), /Not run: .*Run its 7 steps/s);
  assert.match(await comes(page).innerText(), /most likely\s+docs\.example\.org answers 403/);
  await page.done();
});

test('a step shows its lines, its commands filled in and its questions, and leads to the trace', async () => {
  const page = await it.open(debugView(failed.id));
  await steps(page);
  const step = page.locator('.step').filter({ hasText: 'Postgres' });
  await step.getByRole('button', { name: /commands to copy/ }).click();
  assert.match(await step.innerText(), new RegExp(`WHERE id = '${failed.id}'`));
  await step.getByRole('button', { name: 'How' }).click();
  assert.match(await step.innerText(), /\|= "http_403"/);
  const tempo = page.locator('.step').filter({ hasText: 'Tempo: failed spans' });
  await tempo.getByRole('button', { name: /span/ }).click();
  await tempo.locator('.span-row').first().waitFor();
  assert.match(await tempo.getByRole('link', { name: 'Open in the trace' }).getAttribute('href'), /tab=trace.*trace=.*span=/);
  await page.done();
});

test('a dead metrics store spoils only the steps that need it', async () => {
  it.stack.faults.prometheus.fail(FAULTS.cut);
  const page = await it.open(debugView(failed.id), { tolerate: FAILED_REQUESTS });
  const all = await steps(page);
  assert.equal(named(all, 'Overview').state, 'could not ask');
  assert.equal(named(all, 'Loki').state, 'found');
  assert.match(await comes(page).innerText(), /What could not be found out\s+Overview/);
  await page.done();
});

test('a good job has nothing to debug, and its steps can be run', async () => {
  const job = newJob();
  await writeLines(it.stack.servers.loki.url, job, goodLines(job, Date.now() - 20 * MINUTE));
  const page = await it.open(debugView(job.id));
  await page.getByText('Nothing to debug: the job is done').waitFor();
  assert.equal(await page.locator('.step').count(), 0);
  await page.getByRole('button', { name: 'Run the steps' }).click();
  const all = await steps(page);
  assert.equal(named(all, 'Postgres').state, 'not applicable');
  assert.match(await comes(page).innerText(), /No cause, since nothing failed/);
  await page.done();
});

test('axe objects to nothing, in both themes and on a phone', async () => {
  for (const options of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { viewport: { width: 390, height: 844 } }]) {
    const page = await it.open(debugView(failed.id), options);
    await steps(page);
    await page.locator('.step').first().getByRole('button', { name: /chart/ }).click();
    await page.locator('.step').filter({ hasText: 'Loki' }).getByRole('button', { name: /line/ }).click();
    await accessible(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'nothing sticks out');
    await page.done();
  }
});

// What the generator meant with each kind of failure, by the error's code: what the cause must say, and whether the
// runbook for a lack of memory is for it.
const MEANT = {
  http_403: [/answers? 403/, false], http_404: [/answers? 404/, false], http_410: [/answers? 410/, false],
  http_429: [/answers? 429/, false], http_500: [/answers? 500/, false], http_503: [/answers? 503/, false],
  inference_oom: [/most likely\s+Embed ran out of GPU memory/i, true], circuit_open: [/most likely\s+a circuit breaker is open/i, undefined],
  inference_connection_error: [/inference server that Embed asks is down/i, undefined], timeout: [/in time|timed out/i, false],
  worker_lost: [/killed|memory/i, true], token_limit_exceeded: [/token|400/i, false], unsupported_encoding: [/UnicodeDecodeError|codec/, false],
};
const truth = process.env.DEMO_TRUTH ? JSON.parse(fs.readFileSync(process.env.DEMO_TRUTH, 'utf8')) : { examples: {} };
const aroundEnd = () => {
  const end = Number(BigInt(truth.end.ns) / 1_000_000n);
  return { from: `${end - 100 * MINUTE}`, to: `${end + MINUTE}` };
};

for (const [group, jobs] of Object.entries(truth.examples).filter(([name, [job]]) => name.startsWith('failed ') && job.error_code !== 'task_error')) {
  test(`a job of the demo's kind "${group}" is diagnosed rightly from its steps`, async () => {
    const [job] = jobs;
    const page = await it.open(debugView(job.job_id, aroundEnd()));
    const all = await steps(page);
    const said = `${named(all, 'Loki').says} ${named(all, 'Postgres').says}`;
    assert.match(said, new RegExp(job.error_code));
    assert.ok(all.every(step => step.state !== 'could not ask'), JSON.stringify(all));
    const words = await comes(page).innerText();
    const [cause, isMemory] = MEANT[job.error_code] ?? [new RegExp(job.error_code), undefined];
    assert.match(words.split('\n').slice(0, 12).join('\n'), cause, words);
    if (isMemory !== undefined) assert.equal(await page.locator('.steps-skipped').count() === 0, isMemory, 'the runbook for a lack of memory');
    // A worker that is killed sends no span of its own.
    if (job.error_spans_kept > 0 && job.error_code !== 'worker_lost') assert.match(named(all, 'Tempo: failed spans').says, /this job's/);
    await page.done();
  });
}
