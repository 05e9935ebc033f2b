// Requests as jobs: found by the name that they are called by, and by their trace. The jobs of every system: flow.test.mjs.
import test from 'node:test';
import { harness } from './lib/harness.mjs';
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
