// The Compare tab on real servers: a job beside the last good one of its kind, and beside any other.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { FAULTS } from './lib/faults.mjs';
import { accessibleEverywhere, FAILED_REQUESTS, harness } from './lib/harness.mjs';
import { failedJob, goodLines, newJob, writeLines } from './lib/jobs.mjs';

const MINUTE = 60_000;
const LAST_HOUR = { from: 'now-1h', to: 'now' };
let failed, good, older;
const it = harness(async ({ stack }) => {
  const loki = stack.servers.loki.url;
  [older, good] = [newJob(), newJob()];
  await writeLines(loki, older, goodLines(older, Date.now() - 25 * MINUTE));
  await writeLines(loki, good, goodLines(good, Date.now() - 20 * MINUTE));
  failed = await failedJob(stack.servers, Date.now() - 10 * MINUTE);
});

const compareView = (job, more = {}) => ({ page: 'job', job: job.id, tab: 'compare', tz: 'utc', ...LAST_HOUR, ...more });
const sides = page => page.locator('.cmp-sides li');
const stage = (page, name) => page.locator('.cmp-stages tbody tr').filter({ has: page.getByRole('rowheader', { name }) });
const only = (page, name) => page.getByRole('region', { name, exact: true });
const compared = page => page.locator('.cmp-stages').waitFor();

test('a failed job beside the last good one: the stage that failed, those it missed, and the lines only it has', async () => {
  const page = await it.open({ page: 'job', job: failed.id, tz: 'utc', ...LAST_HOUR });
  await page.getByText('failed at scrape').first().waitFor();
  // Other jobs that failed alike are looked through in any case; the other side's own page is asked for here alone.
  const requests = [];
  page.on('request', request => requests.push(request.url()));
  await page.waitForFunction(() => !/^Looking for/.test(document.querySelector('.same')?.innerText ?? 'Looking for'));
  const before = requests.length;
  await page.waitForTimeout(500);
  assert.equal(requests.length, before, 'nothing is asked for the comparison before the tab is opened');
  await page.getByRole('link', { name: 'Compare' }).click();
  await page.waitForURL(/tab=compare/);
  await compared(page);
  assert.ok(requests.length > before, 'and once it is, it is');
  assert.match(await sides(page).nth(0).innerText(), new RegExp(`this\\s+${failed.id}\\s+failed at scrape`));
  assert.match(await sides(page).nth(1).innerText(), /other\s+job-\S+\s+done\s+Corpus job/);
  await page.getByText('with the last good job of the kind “Corpus job” before it').waitFor();
  assert.match(await stage(page, 'Scrape').innerText(), /this\s+failed\s+.*3 attempts with [\d.]+ m?s between them\s+other\s+done.*\s+ended otherwise\s+[+−][^,]+, [\d.]+×/s);
  for (const name of ['Chunk', 'Embed']) assert.match(await stage(page, name).innerText(), /never.*missing/s);
  assert.match(await only(page, 'Lines only in this').innerText(), /2×\s*task_retrying.*scrape_failed.*job_failed/s);
  assert.match(await only(page, 'Lines only in the other').innerText(), /scrape_completed.*job_completed/s);
  await page.done();
});

test('any two jobs are compared by their address, which opens the same again', async () => {
  const page = await it.open(compareView(failed, { with: older.id }));
  await compared(page);
  assert.match(await sides(page).nth(1).innerText(), new RegExp(older.id));
  await page.getByText('with the job that was named').waitFor();
  const words = await page.locator('.compare').innerText();
  const again = await it.open(new URL(page.url()).searchParams);
  await compared(again);
  const timeless = text => text.replace(/updated .*/g, '');
  assert.equal(timeless(await again.locator('.compare').innerText()), timeless(words));
  await page.done();
  await again.done();
});

test('another job is named in the box by its task id, the sides are swapped, and the way back leads to the last good one', async () => {
  const page = await it.open(compareView(good));
  await compared(page);
  await page.getByLabel('The other job').fill(failed.task);
  await page.keyboard.press('Enter');
  await sides(page).nth(1).getByText(failed.id).waitFor();
  assert.match(page.url(), new RegExp(`with=${failed.task}`));
  assert.match(await stage(page, 'Chunk').innerText(), /new\s+not reached by the other/);
  await page.getByRole('link', { name: 'Swap sides' }).click();
  await sides(page).nth(0).getByText(failed.id).waitFor();
  await compared(page);
  assert.match(await stage(page, 'Chunk').innerText(), /missing/);
  assert.match(page.url(), new RegExp(`job=${failed.id}.*with=${good.id}`));
  await page.getByRole('link', { name: 'With the last good one' }).click();
  await page.getByText('with the last good job').waitFor();
  assert.doesNotMatch(page.url(), /with=/);
  await page.done();
});

test('a line leads to itself among the lines of its job', async () => {
  const page = await it.open(compareView(failed, { with: good.id }));
  await compared(page);
  await only(page, 'Lines only in the other').getByRole('link', { name: /chunk_completed/ }).click();
  await page.waitForURL(new RegExp(`job=${good.id}.*tab=logs.*line=`));
  await page.locator('[role=option][aria-selected=true]').filter({ hasText: 'chunk_completed' }).waitFor();
  await page.done();
});

test('a job that nobody knows is not there, and where was looked is told', async () => {
  const page = await it.open(compareView(failed, { with: 'job-00000000-0000' }));
  await page.getByText('Nothing says “job-00000000-0000”.').waitFor();
  await page.getByText(/Looked for it as a job, task, trace and request id, from .* to /).waitFor();
  await page.getByRole('button', { name: 'Look back 7 days' }).click();
  await page.waitForURL(/from=\d+/);
  await page.getByText('Nothing says “job-00000000-0000”.').waitFor();
  await page.done();
});

test('a job beside itself says so', async () => {
  const page = await it.open(compareView(good, { with: good.id }));
  await page.getByText('This is the same job.').waitFor();
  await page.done();
});

test('a running job is compared up to now, and says so', async () => {
  const job = newJob();
  await writeLines(it.stack.servers.loki.url, job, goodLines(job, Date.now() - 12_000, 'embed'));
  const page = await it.open(compareView(job, { with: good.id }));
  await compared(page);
  await page.getByText(/Not both have ended: they are compared as of \d\d:\d\d:\d\d/).waitFor();
  assert.match(await stage(page, 'Embed').innerText(), /running/);
  await page.done();
});

test('a dead log store is named and asked again, and what was there stays', async () => {
  const page = await it.open(compareView(failed, { with: good.id }), { tolerate: FAILED_REQUESTS });
  await compared(page);
  it.stack.faults.tempo.fail(FAULTS.refused);
  await page.getByRole('button', { name: 'Ask everything again' }).click();
  await page.getByRole('alert').filter({ hasText: /Tempo/ }).first().waitFor();
  await compared(page);
  assert.match(await sides(page).nth(1).innerText(), new RegExp(good.id));
  await page.done();
});

test('axe objects to nothing, in both themes, on a phone and in a frame; nothing is wider than a phone', async () => {
  for (const embed of [{}, { embed: '1' }]) {
    const page = await it.open(compareView(failed, embed));
    await compared(page);
    await accessibleEverywhere(page);
    await page.done();
  }
});

// Systems of other words, with the demo's jobs of the kinds that fail.
const truthOf = system => {
  const file = process.env.DEMO_TRUTHS && path.join(process.env.DEMO_TRUTHS, `truth-${system}.json`);
  if (!file || !fs.existsSync(file)) return undefined;
  const { examples, end } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const now = Number(BigInt(end.ns) / 1_000_000n);
  return { examples, range: { from: `${now - 100 * MINUTE}`, to: `${now + MINUTE}` } };
};

const metamock = truthOf('metamock');
if (metamock) {
  test('jobs without any trace are compared by their lines', async () => {
    const [job] = metamock.examples['failed generate_images api_timeout'];
    const page = await it.open({ page: 'job', sys: 'metamock', job: job.job_id, tab: 'compare', ...metamock.range });
    await compared(page);
    assert.match(await sides(page).nth(1).innerText(), /done\s+Bulk generation/);
    assert.match(await stage(page, 'Generate images').innerText(), /failed.*ended otherwise/s);
    assert.match(await only(page, 'Lines only in this').innerText(), /API timeout/);
    await page.done();
  });
}

const pixerase = truthOf('pixerase');
if (pixerase) {
  test('a request is compared with the last good one of its route', async () => {
    const [job] = pixerase.examples['failed request too_many_connections'];
    const page = await it.open({ page: 'job', sys: 'pixerase', job: job.job_id, tab: 'compare', ...pixerase.range });
    await compared(page);
    const other = /[0-9a-f]{32}/.exec(await sides(page).nth(1).innerText())[0];
    const routeOf = async id => {
      const asked = new URLSearchParams({ query: `{container_name="pix_erase.api"} |= "${id}" |= "request finished" or "request failed"`, start: `${pixerase.range.from}000000`, end: `${pixerase.range.to}000000` });
      const { data } = await (await fetch(`${it.stack.servers.loki.url}/loki/api/v1/query_range?${asked}`)).json();
      return JSON.parse(data.result[0].values[0][1]).log.url.replaceAll(/[0-9a-f-]{36}/g, '<id>');
    };
    assert.notEqual(other, job.job_id);
    assert.equal(await routeOf(other), await routeOf(job.job_id));
    await page.done();
  });
}
