// The debugging tab on real servers: the steps of a failed job have run, and say what the generator meant.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { FAULTS } from './lib/faults.mjs';
import { FAILED_REQUESTS, accessibleEverywhere, harness } from './lib/harness.mjs';
import { failedJob, goodLines, newJob, writeLines } from './lib/jobs.mjs';
import { causes, comes, named, steps } from './lib/steps.mjs';

const MINUTE = 60_000;
const LAST_HOUR = { from: 'now-1h', to: 'now' };
let failed;
const it = harness(async ({ stack }) => { failed = await failedJob(stack.servers, Date.now() - 10 * MINUTE); });

const debugView = (id, more = LAST_HOUR) => ({ page: 'job', job: id, tab: 'debug', tz: 'utc', ...more });

test('the six steps of a failed job have run, each with a verdict and its time', async () => {
  const page = await it.open(debugView(failed.id));
  const all = await steps(page);
  assert.equal(all.length, 6);
  assert.match(named(all, 'Postgres').says, /http_403/);
  assert.match(named(all, 'Tempo: failed spans').says, /failed spans? of scraper, of \d+ jobs?; this job's, run\/scrape_task at (\S+ )?\d\d:\d\d:\d\d/);
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
  // What is unfolded stands in the address.
  const again = await it.open(new URL(page.url()).searchParams);
  await again.locator('.step').filter({ hasText: 'Tempo: failed spans' }).locator('.span-row').first().waitFor();
  await again.locator('.step').filter({ hasText: 'Postgres' }).getByText(/\|= "http_403"/).waitFor();
  assert.equal(again.url(), page.url());
  await page.done();
  await again.done();
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
  await page.waitForURL(/var-run=steps/);
  const all = await steps(page);
  assert.equal(named(all, 'Postgres').state, 'not applicable');
  assert.match(await comes(page).innerText(), /No cause, since nothing failed/);
  await page.done();
});

test('axe objects to nothing, in both themes and on a phone', async () => {
  const page = await it.open(debugView(failed.id));
  await steps(page);
  await page.locator('.step').first().getByRole('button', { name: /chart/ }).click();
  await page.locator('.step').filter({ hasText: 'Loki' }).getByRole('button', { name: /line/ }).click();
  await accessibleEverywhere(page);
  await page.done();
});

// What the cause says of some kinds of failure, by the error's code, and whether the runbook for a lack of memory is for
// it. Every kind of every system: flow.test.mjs.
const MEANT = { http_403: [/docs\.example\.org answers 403/, false], inference_oom: [/Embed ran out of GPU memory/i, true], worker_lost: [/killed|memory/i, true] };
const truth = process.env.DEMO_TRUTH ? JSON.parse(fs.readFileSync(process.env.DEMO_TRUTH, 'utf8')) : { examples: {} };
const aroundEnd = () => {
  const end = Number(BigInt(truth.end.ns) / 1_000_000n);
  return { from: `${end - 100 * MINUTE}`, to: `${end + MINUTE}` };
};

for (const [group, [job]] of Object.entries(truth.examples).filter(([name, [job]]) => name.startsWith('failed ') && MEANT[job.error_code])) {
  test(`a job of the demo's kind "${group}" is told by its code, its cause and its own spans`, async () => {
    const page = await it.open(debugView(job.job_id, aroundEnd()));
    const all = await steps(page);
    assert.match(`${named(all, 'Loki').says} ${named(all, 'Postgres').says}`, new RegExp(job.error_code));
    const [cause, isMemory] = MEANT[job.error_code];
    const [first] = await causes(page);
    assert.match(first.what, cause);
    assert.equal(await page.locator('.steps-skipped').count() === 0, isMemory, 'the runbook for a lack of memory');
    // A worker that is killed sends no span of its own.
    if (job.error_spans_kept > 0 && job.error_code !== 'worker_lost') assert.match(named(all, 'Tempo: failed spans').says, /this job's/);
    await page.done();
  });
}
