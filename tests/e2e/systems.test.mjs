// What is particular to some systems: requests that are jobs, and none but logs. The jobs of every system: flow.test.mjs.
import assert from 'node:assert/strict';
import test from 'node:test';
import { harness } from './lib/harness.mjs';
import { named, steps } from './lib/steps.mjs';
import { ms, truthOf } from './lib/truth.mjs';

const MINUTE = 60_000;
const it = harness();

test('a request is found by the name that it is called by, and is a job of its own', async () => {
  const { examples, end } = truthOf('trung-dev');
  const [job] = examples['done Request'];
  const page = await it.open({ page: 'overview', sys: 'trung-dev', from: `${ms(end) - 100 * MINUTE}`, to: `${ms(end) + MINUTE}` });
  await page.locator('.find input').waitFor();
  await page.keyboard.press('/');
  await page.waitForFunction(() => document.activeElement?.closest('.find'));
  await page.keyboard.type(job.job_id);
  await page.keyboard.press('Enter');
  await page.locator('.state.done').first().waitFor();
  await page.locator('main').getByText('Request').first().waitFor();
  await page.done();
});

test('a request that hands in no task is known by its trace', async () => {
  const { examples, end } = truthOf('pixerase');
  const [job] = examples['failed request too_many_connections'];
  const page = await it.open({ page: 'job', sys: 'pixerase', job: job.trace_id, from: `${ms(end) - 100 * MINUTE}`, to: `${ms(end) + MINUTE}` });
  await page.getByText('failed at request').first().waitFor();
  await page.done();
});

test('a request that is one line is looked for by what stands in that line', async () => {
  const { examples, end } = truthOf('trung-dev');
  const [, [job]] = Object.entries(examples).find(([kind]) => kind.startsWith('failed request '));
  const page = await it.open({ page: 'job', sys: 'trung-dev', job: job.job_id, tab: 'debug', from: `${ms(end) - 100 * MINUTE}`, to: `${ms(end) + MINUTE}` });
  const { state, says } = named(await steps(page), 'The exception and its traceback');
  assert.equal(state, 'found', says);
  assert.match(says, /1 line, of this job/);
  // The type of its exception, by which the others are counted, is found in the list as well.
  await page.getByRole('link', { name: 'Those jobs' }).click();
  await page.locator('.job-row').first().waitFor();
  await page.done();
});

test('the overview of a system without metrics says so, and leads to its jobs', async () => {
  const { end } = truthOf('metamock');
  const page = await it.open({ page: 'overview', sys: 'metamock', from: `${ms(end) - 100 * MINUTE}`, to: `${ms(end) + MINUTE}` });
  await page.getByText('No metrics are known of “metamock”.').waitFor();
  assert.equal(await page.locator('canvas').count(), 0);
  await page.getByRole('link', { name: 'See its jobs' }).click();
  await page.locator('.job-row').first().waitFor();
  await page.done();
});

test('a request is compared with a good one that does the same', async () => {
  const { examples, end } = truthOf('trung-dev');
  const [, [job]] = Object.entries(examples).find(([kind]) => kind.startsWith('failed request '));
  const [, operation] = job.job_id.split('/');
  const page = await it.open({ page: 'job', sys: 'trung-dev', job: job.job_id, tab: 'compare', from: `${ms(end) - 100 * MINUTE}`, to: `${ms(end) + MINUTE}` });
  await page.locator('.cmp-stages').waitFor();
  assert.match(await page.locator('.cmp-sides li').nth(1).innerText(), new RegExp(`request/${operation}/.*\\s+done`));
  await page.done();
});

test('the overview shows panels of what the system file knows, and tells what it does not', async () => {
  const { end } = truthOf('diffusion');
  const page = await it.open({ page: 'overview', sys: 'diffusion', from: `${ms(end) - 100 * MINUTE}`, to: `${ms(end) + MINUTE}` });
  await page.getByRole('region', { name: 'Queue depth by stage', exact: true }).locator('canvas').first().waitFor();
  assert.deepEqual(await page.locator('main h2:visible, main h3:visible').allInnerTexts(), ['Queue depth by stage']);
  await page.getByText('The system file names no metric for dead letters, read latency and write latency.').waitFor();
  await page.done();
});
