// Every shipped system on real servers: whoever types a job's id reads how it stands, where it failed and why, as it truly was.
import assert from 'node:assert/strict';
import test from 'node:test';
import { OF_LIBRARIES, SYSTEMS } from './lib/demo.mjs';
import { harness } from './lib/harness.mjs';
import { ms, read, stageOf, systemFile, truthOf } from './lib/truth.mjs';

const MINUTE = 60_000;
const it = harness();


for (const system of process.env.DEMO_TRUTHS ? SYSTEMS : []) {
  const truth = truthOf(system);
  const file = read(systemFile(system));
  const end = ms(truth.end);
  const view = job => ({ page: 'job', sys: system, job: job.job_id, from: `${end - 100 * MINUTE}`, to: `${end + MINUTE}` });
  /** A stage's name within a sentence, by any of its words. */
  const title = word => {
    const stage = stageOf(file, word);
    const named = stage.title ?? stage.id;
    return named.charAt(0).toLowerCase() + named.slice(1);
  };
  const groups = Object.entries(truth.examples);
  const first = state => groups.filter(([kind]) => kind.startsWith(`${state} `)).map(([kind, [job]]) => [kind, job])
    .filter(([, job]) => !OF_LIBRARIES.includes(job.cause) || job.error_code?.startsWith('http_'));

  for (const [kind, job] of first('failed')) {
    test(`${system}: a job of the kind "${kind}" shows the stage, the attempts and the error`, async () => {
      const page = await it.open(view(job));
      await page.locator('.state.failed').first().waitFor();
      const main = page.locator('main');
      await main.getByText(`failed at ${title(job.failed_stage)}`).first().waitFor();
      // A code stands for its error where there is one.
      const error = job.error_code ?? job.error.slice(0, 28);
      await main.getByText(error).first().waitFor({ state: 'attached' });
      const words = await main.innerText();
      if (job.attempts > 1) assert.match(words, new RegExp(`attempts\\s+${job.attempts}`));
      await page.done();
    });
  }

  const [[kind, good]] = first('done');
  test(`${system}: a good job (${kind}) is done, and nothing is said to be wrong with it`, async () => {
    const page = await it.open(view(good));
    await page.locator('.state.done').first().waitFor();
    const words = await page.locator('main').innerText();
    assert.doesNotMatch(words, /failed at|undefined|NaN/);
    await page.done();
  });
}

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
