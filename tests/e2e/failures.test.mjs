// The failures of a range on real servers: whoever was told nothing finds which jobs fail, what they have in common and since
// when, and comes to a job and back. The servers are its own, so that the generator's truth is the whole truth of the range.
import assert from 'node:assert/strict';
import test from 'node:test';
import { demoBinary, runDemo, scenarios, targets } from './lib/demo.mjs';
import { accessibleEverywhere, harness } from './lib/harness.mjs';
import { goodLines, newJob, writeLines } from './lib/jobs.mjs';
import { absent } from './lib/paths.mjs';
import { ms } from './lib/truth.mjs';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Old enough that every job has ended or hangs. */
const END = Math.floor(Date.now() / MINUTE) * MINUTE - 40 * MINUTE;
const RANGE = { from: `${END - 65 * MINUTE}`, to: `${END + 20 * MINUTE}`, tz: 'utc' };
const view = (sys, more = {}) => ({ page: 'jobs', sys, tab: 'failures', ...RANGE, ...more });

for (const name of ['LOKI_URL', 'PROMETHEUS_URL', 'TEMPO_URL', 'TEMPO_OTLP_URL']) delete process.env[name];
const skip = absent('loki', 'prometheus', 'tempo');
const truths = {};
const it = skip ? undefined : harness(async ({ stack }) => {
  const binary = demoBinary();
  for (const [system, scenario] of [['cloudcix', 'domain-403'], ['metamock', 'metamock/api-timeouts'], ['diffusion', 'diffusion/gpu-memory']]) {
    const args = [...targets(stack.servers), '--system', system, ...scenarios(scenario), '--seed', '77', '--backfill', '1h', '--end', new Date(END).toISOString()];
    truths[system] = JSON.parse(runDemo(binary, args));
  }
});

const number = text => Number(text.replaceAll(/[^\d]/g, ''));
const groups = page => page.locator('.group');
const group = (page, text) => groups(page).filter({ hasText: text });
const inGroup = async each => number(await each.locator('.group-n').innerText());
const minutes = text => { const [, h, m] = /(\d\d):(\d\d)/.exec(text); return 60 * h + +m; };

async function opened(query, options) {
  const page = await it.open(query, options);
  await groups(page).first().waitFor();
  await page.waitForFunction(() => /^All [\d\s\u202f]+ jobs? of this time\./.test(document.querySelector('.jobs-cover')?.innerText ?? ''), null, { timeout: 60_000 });
  return page;
}

/** How many jobs of a kind the generator says there are. */
const truthOf = (system, kind) => Object.entries(truths[system].jobs.by_kind).filter(([name]) => kind.test(name)).reduce((sum, [, n]) => sum + n, 0);

test('who knows nothing finds the failing jobs, what they have in common, since when, and a job', { skip }, async () => {
  const page = await it.open({ page: 'jobs', sys: 'cloudcix', ...RANGE });
  await page.getByRole('link', { name: /^Failures/ }).click();
  await page.waitForURL(/tab=failures/);
  const all = await opened(new URL(page.url()).searchParams);
  await page.done();

  const it403 = group(all, 'http_403');
  assert.equal(await it403.count(), 1, 'one failure is one group');
  // A job that failed so, was submitted again and hangs is of the group as well.
  const n403 = await inGroup(it403), truth = truthOf('cloudcix', /^failed \S+ http_403$/);
  assert.ok(n403 >= truth && n403 <= truth + truthOf('cloudcix', /^stuck scrape/), `${n403} in the group, ${truth} failed so`);
  assert.match(await groups(all).first().innerText(), /http_403/, 'the most frequent comes first');
  assert.match(await it403.innerText(), /Domain = docs\.example\.org: [\d\s\u202f]+ of [\d\s\u202f]+ failing jobs, \d+ of [\d\s\u202f]+ good ones/);

  // The scenario begins at 72 % of the hour.
  const began = new Date(END - HOUR + 0.72 * HOUR);
  const seen = minutes(await it403.locator('.group-seen').first().innerText());
  const meant = 60 * began.getUTCHours() + began.getUTCMinutes();
  // Midnight may lie between them.
  const apart = Math.min(...[-1440, 0, 1440].map(day => Math.abs(seen - meant + day)));
  assert.ok(apart <= 4, `first seen at minute ${seen}, meant is ${meant}`);

  await it403.locator('.group-row').click();
  await all.waitForURL(/f=failure:is:[0-9a-f]{16}/);
  const again = await opened(new URL(all.url()).searchParams);
  await again.locator('.group-open .group-common a', { hasText: 'Domain = docs.example.org' }).waitFor();
  await again.done();
  const asked = new URLSearchParams({ ...view('cloudcix'), tab: 'list' });
  for (const filter of [new URL(all.url()).searchParams.get('f'), 'state:is:failed']) asked.append('f', filter);
  const failed = await it.open(asked);
  await failed.waitForFunction(n => document.querySelector('.job-row')?.getAttribute('aria-setsize') === `${n}`, truth);
  await failed.done();

  const id = await all.locator('.group-jobs a').first().innerText();
  await all.locator('.group-jobs a').first().click();
  await all.waitForURL(new RegExp(`job=${id}`));
  const n = await (async () => {
    const same = all.locator('.same a');
    await same.waitFor({ timeout: 60_000 });
    return number(await same.innerText());
  })();
  assert.equal(n, n403 - 1, 'the same failure in all the others');
  assert.match(await all.locator('.same').innerText(), /first seen (\d{4}-\d\d-\d\d )?\d\d:\d\d, last (\d{4}-\d\d-\d\d )?\d\d:\d\d[\s\S]*Domain = docs\.example\.org/);
  await all.locator('.same a').click();
  await all.waitForURL(/tab=failures.*f=failure:is:/);
  await all.locator('.group.open').waitFor();
  await all.done();
});

test('what the system file wants told of jobs says which model fails, and leads to the jobs that load it', { skip }, async () => {
  const page = await opened(view('diffusion'));
  const outOfMemory = group(page, 'CUDA out of memory');
  assert.match(await outOfMemory.innerText(), /model = Flux\.1-dev: \d+ of \d+ failing jobs, [\d\s\u202f]+ of [\d\s\u202f]+ good ones/);
  await outOfMemory.locator('.group-row').click();
  const common = page.locator('.group-open .group-common a', { hasText: 'model = Flux.1-dev' });
  const n = Number(/: (\d+) of/.exec(await common.innerText())[1]);
  await common.click();
  await page.waitForURL(/f=attribute:is:model/);
  await page.waitForFunction(n => document.querySelector('.job-row')?.getAttribute('aria-setsize') === `${n}`, n);
  assert.match(await page.locator('.jobs-filters').innerText(), /model = Flux\.1-dev/);
  await page.locator('.job-row').first().click();
  await page.waitForURL(/page=job&|page=job$/);
  await page.locator('.facts li', { hasText: 'model Flux.1-dev' }).waitFor();
  await page.done();
});

test('the flow loses nobody, and its numbers lead to their jobs', { skip }, async () => {
  const page = await opened(view('cloudcix'));
  const tile = async word => number(await page.locator('.flow .count', { hasText: word }).locator('b').innerText());
  const { by_state: truth } = truths.cloudcix.jobs;
  assert.equal(await tile('done'), truth.done);
  assert.equal(await tile('failed'), truth.failed);
  const parts = await Promise.all(['done', 'failed', 'in flight', 'stuck', 'unaccounted'].map(tile));
  assert.equal(parts.reduce((a, b) => a + b), await tile('submitted'), `${parts}`);
  await page.locator('.flow .count', { hasText: 'failed' }).click();
  await page.waitForURL(/f=state:is:failed/);
  await page.waitForFunction(n => document.querySelector('.job-row')?.getAttribute('aria-setsize') === `${n}`, truth.failed);
  await page.done();
});

test('jobs that began before the range are not counted as submitted in it, and how long they took is not drawn', { skip }, async () => {
  // From the middle of a job that took long.
  const ended = Object.values(truths.cloudcix.examples).flat().filter(job => job.ended).map(job => [ms(job.submitted), ms(job.ended)]);
  const [began, over] = ended.reduce((a, b) => (b[1] - b[0] > a[1] - a[0] ? b : a));
  const [from, to] = [Math.round((began + over) / 2), END + 20 * MINUTE], range = { from: `${from}`, to: `${to}` };
  const page = await opened(view('cloudcix', range));
  // What was submitted again begins with that, where its first submission lies before.
  const query = `count(sum by (job_id) (count_over_time({service_name="orchestrator"} |~ "job_(re)?submitted" | json job_id [${to - from}ms])))`;
  const asked = new URLSearchParams({ query, time: `${to / 1000}` });
  const { data } = await (await fetch(`${it.stack.servers.loki.url}/loki/api/v1/query?${asked}`)).json();
  const tile = page.locator('.flow .count', { hasText: 'submitted' });
  assert.equal(number(await tile.locator('b').innerText()), Number(data.result[0].value[1]));
  const before = number(await tile.locator('small').innerText());
  assert.ok(before > 0, 'some began before');
  await page.done();
  const list = await it.open(view('cloudcix', { ...range, tab: 'list' }));
  await list.locator('.scatter-at', { hasText: new RegExp(`^${before} jobs? that began before (is|are) not drawn$`) }).waitFor();
  await list.done();
});

test('the list is narrowed to one failure, which its chip names in words', { skip }, async () => {
  const page = await opened(view('cloudcix'));
  const it403 = group(page, 'http_403');
  const expected = await inGroup(it403);
  await it403.locator('.group-row').click();
  await page.locator('.group-open').getByRole('link', { name: /^Show all \d+ in the list/ }).click();
  await page.waitForFunction(n => document.querySelector('.job-row')?.getAttribute('aria-setsize') === `${n}`, expected);
  assert.match(await page.locator('.chip').innerText(), /Failure = http_403/);
  await page.done();
});

test('what began before the time and still hangs is found, told apart, and not counted', { skip }, async () => {
  const job = newJob();
  const at = Date.now() - 3 * HOUR;
  await writeLines(it.stack.servers.loki.url, job, goodLines(job, at, 'scrape'));
  const page = await it.open({ page: 'jobs', sys: 'cloudcix', tab: 'failures', from: 'now-30m', to: 'now', tz: 'utc' });
  const panel = page.getByRole('region', { name: 'Stuck jobs' });
  await panel.getByRole('list', { name: 'Began before this time' }).getByRole('link', { name: job.id }).waitFor({ timeout: 60_000 });
  const text = await panel.innerText();
  assert.match(text, /Also looked through the 24 h before this time, from .*\d\d:\d\d: .*still hang.*not counted above/);
  assert.equal(number(await page.locator('.flow .count', { hasText: 'stuck' }).locator('b').innerText()), 0, 'the counts are those of the time');
  await panel.getByRole('link', { name: job.id }).click();
  await page.waitForURL(new RegExp(`job=${job.id}`));
  await page.done();
  // A time that is over has nothing that still hangs.
  const past = await opened(view('cloudcix'));
  assert.equal(await past.getByText(/Also looked through/).count(), 0);
  await past.done();
});

test('a system without traces has its failures and its flow from lines alone', { skip }, async () => {
  const page = await opened(view('metamock'));
  const kind = /^failed .*timeout/;
  const expected = truthOf('metamock', kind);
  assert.ok(expected > 5, JSON.stringify(truths.metamock.jobs));
  const shown = [];
  for (const each of await groups(page).all()) {
    if (/time/i.test(await each.locator('strong').innerText())) shown.push(await inGroup(each));
  }
  assert.equal(shown.reduce((a, b) => a + b, 0), expected, await page.locator('.groups').innerText());
  const tile = async word => number(await page.locator('.flow .count', { hasText: word }).locator('b').innerText());
  assert.equal(await tile('failed'), truths.metamock.jobs.by_state.failed);
  // Jobs beside the pipeline, of whose submission no line tells, begin with their first line.
  const submitted = page.locator('.flow .count', { hasText: 'submitted' });
  assert.doesNotMatch(await submitted.innerText(), /from before/);
  await page.done();
});

test('where nothing failed it says so', { skip }, async () => {
  const [good] = truths.cloudcix.examples['done none'];
  const page = await it.open(view('cloudcix', { q: good.job_id }));
  await page.getByText('No failure in this time: the one job did not fail.').waitFor({ timeout: 60_000 });
  await page.done();
});

test('a refresh does not run the steps of a closed job again', { skip }, async () => {
  const [job] = truths.cloudcix.examples[Object.keys(truths.cloudcix.examples).find(name => /http_403$/.test(name))];
  const page = await it.open({ page: 'job', sys: 'cloudcix', job: job.job_id, tab: 'debug', ...RANGE, refresh: '2s' });
  await page.waitForFunction(() => document.querySelector('.step') && !document.querySelector('.step.waiting'), null, { timeout: 60_000 });
  await page.locator('.same a').waitFor({ timeout: 60_000 });
  const asked = [];
  page.on('request', request => asked.push(decodeURIComponent(request.url())));
  await page.waitForTimeout(5_000);
  const metrics = () => asked.filter(url => /prometheus/.test(url));
  assert.ok(asked.length > 0, 'the job itself is asked for');
  assert.deepEqual(metrics(), []);
  await page.getByRole('button', { name: 'Run again' }).click();
  await page.waitForTimeout(2_000);
  assert.deepEqual(metrics(), [], 'what is over stays as it is');
  assert.equal(await page.locator('.step.waiting').count(), 0);
  await page.done();
});

test('axe objects to nothing, in both themes and on a phone', { skip }, async () => {
  const page = await opened(view('cloudcix'));
  await groups(page).first().locator('.group-row').click();
  await page.locator('.group-open').waitFor();
  await accessibleEverywhere(page);
  await page.done();
});
