// Sources that are cut off or answer nonsense, one at a time: the rest of the page lives, and says what is missing.
import assert from 'node:assert/strict';
import test from 'node:test';
import { FAULTS, answering } from './lib/faults.mjs';
import { FAILED_REQUESTS, harness } from './lib/harness.mjs';
import { failedJob } from './lib/jobs.mjs';

const tolerate = FAILED_REQUESTS;
let failed;
const it = harness(async ({ stack }) => { failed = await failedJob(stack.servers, Date.now() - 10 * 60_000); });
/** Within the page itself an alert names the source. */
const alertFor = (page, source) => page.locator('main [role=alert]').filter({ hasText: source }).first();
const jobView = () => ({ page: 'job', job: failed.id, from: 'now-1h', to: 'now' });

test('without Tempo the job is drawn from its lines, and Tempo is named', async () => {
  it.stack.faults.tempo.fail(FAULTS.cut);
  const page = await it.open(jobView(), { tolerate });
  await page.getByText('failed at scrape').first().waitFor();
  await alertFor(page, 'Tempo').waitFor();
  await page.done();
});

test('without Loki the job is drawn from its trace, and Loki is named', async () => {
  it.stack.faults.loki.fail(FAULTS.cut);
  const page = await it.open({ ...jobView(), trace: failed.trace }, { tolerate });
  await page.getByText('failed at scrape').first().waitFor();
  await alertFor(page, 'Loki').waitFor();
  await page.getByText('Loki did not answer: whether a line names this job is not known.').waitFor();
  assert.equal(await page.getByText(/^No (log )?lines?/).count(), 0, 'that there are none is not said');
  await page.done();
});

test('without Prometheus the overview says so in each panel, and the job page does not care', async () => {
  it.stack.faults.prometheus.fail(FAULTS.cut);
  const page = await it.open({ page: 'overview' }, { tolerate });
  await alertFor(page, 'Prometheus').waitFor();
  await page.done();
  const job = await it.open(jobView(), { tolerate });
  await job.getByText('failed at scrape').first().waitFor();
  await job.done();
});

for (const fault of ['refused', 'forbidden', 'malformed', 'truncated', 'html', 'empty', 'huge']) {
  test(`Loki answering ${fault} is a clear error, and the trace is still drawn`, async () => {
    it.stack.faults.loki.fail(FAULTS[fault], /query/);
    const page = await it.open(jobView(), { tolerate });
    await page.getByText('failed at scrape').first().waitFor();
    await alertFor(page, 'Loki').waitFor();
    await page.done();
  });

  test(`Tempo answering ${fault} is a clear error, and the lines are still there`, async () => {
    it.stack.faults.tempo.fail(FAULTS[fault], /traces|search/);
    const page = await it.open(jobView(), { tolerate });
    await page.getByText('failed at scrape').first().waitFor();
    await alertFor(page, 'Tempo').waitFor();
    assert.ok(await page.locator('[role=option]').count() > 3);
    await page.done();
  });

  test(`Prometheus answering ${fault} is a clear error`, async () => {
    it.stack.faults.prometheus.fail(FAULTS[fault], /query/);
    const page = await it.open({ page: 'overview' }, { tolerate });
    await alertFor(page, 'Prometheus').waitFor();
    await page.done();
  });
}

test('a source that comes back is used again', async () => {
  it.stack.faults.loki.fail(FAULTS.cut);
  const page = await it.open({ ...jobView(), refresh: '5s' }, { tolerate });
  await alertFor(page, 'Loki').waitFor();
  it.stack.faults.loki.heal();
  await page.locator('[role=option]').nth(3).waitFor();
  await alertFor(page, 'Loki').waitFor({ state: 'detached' });
  await page.done();
});

test('a source that answers 502 to everything is asked a few times, says so in its words, and is asked when a person says so', async () => {
  const { loki } = it.stack.faults;
  loki.fail(answering(502, 'no upstream left'));
  const before = loki.seen.length;
  const page = await it.open(jobView(), { tolerate });
  await alertFor(page, 'Loki').waitFor();
  await page.getByText('failed at scrape').first().waitFor();
  await page.waitForTimeout(6_000);
  const asked = loki.seen.length - before;
  assert.ok(asked <= 24, `it was asked ${asked} times`);
  const alert = alertFor(page, 'Loki failed (502)');
  await alert.locator('summary').click();
  await alert.getByText('no upstream left').waitFor();
  loki.heal();
  // At once, while it is still given up.
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await page.locator('[role=option]').nth(3).waitFor({ timeout: 4_000 });
  await alertFor(page, 'Loki').waitFor({ state: 'detached' });
  await page.done();
});
