// A real Celery application, which nobody wrote for this console: it is run, broken in three ways, and what happened is
// read off the pages. The application and its system file are in tests/celery.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { SYSTEM, openShop, shopPorts } from '../celery/lib/shop.mjs';
import { FAULTS } from './lib/faults.mjs';
import { FAILED_REQUESTS, harness } from './lib/harness.mjs';
import { absent } from './lib/paths.mjs';
import { sleep, until } from './lib/process.mjs';
import { causes, named, steps } from './lib/steps.mjs';

// Its Prometheus scrapes the application, so that none that runs already will do.
const skip = absent('prometheus');
const ports = await shopPorts();
let shop;
after(() => shop?.stop());
const it = skip ? undefined : harness(async ({ stack }) => {
  const { loki, tempo } = stack.servers;
  shop = await openShop({ data: stack.data, loki: loki.url, otlp: tempo.otlp, ports, visibilitySecs: 40 });
}, { systemFile: SYSTEM, scrape: ports.scrape });

const GOOD = { photo_url: '/photos/tower.jpg', customer: 'ada' };
const order = wanted => shop.order({ ...wanted, photo_url: shop.photos + wanted.photo_url });
const received = (worker, task) => shop.wrote(worker, `[${task}] received`);
const succeeded = (worker, task) => shop.wrote(worker, `[${task}] succeeded`, 240);
const LAST_HALF_HOUR = { from: 'now-30m', to: 'now' };
const jobView = (job, more = {}) => ({ page: 'job', job: job.ref, ...LAST_HALF_HOUR, ...more });
const main = page => page.locator('main').innerText();
/** What the header says of this: “in queues” and the like. */
const fact = async (page, name) => new RegExp(`${name}\\s+(.+)`).exec(await main(page))?.[1];
const stateIs = (page, state) => page.locator(`.state.${state}`).first().waitFor();
/** Lines and spans come a moment after what they tell of: the page asks again until it says this. */
const says = (page, words) => page.locator('main').getByText(words).first().waitFor();

test('a good order is done, each stage once, and its invoice beside the pipeline', { skip }, async () => {
  const job = await order({ ...GOOD, product: 'album', copies: 3 });
  await succeeded('press', job.tasks[2]);
  const page = await it.open(jobView(job, { refresh: '5s' }));
  await stateIs(page, 'done');
  await says(page, /Drawn from 1 trace and \d+ log lines/);
  await says(page, 'press sheet');
  const words = await main(page);
  for (const stage of ['Fetch', 'Develop', 'Print', 'Invoice']) assert.match(words, new RegExp(`${stage}\\s+attempt 1 · done`));
  assert.match(words, /kind album/);
  assert.match(words, /user ada/);
  assert.match(words, /version 3\.4\.1/);
  assert.doesNotMatch(words, /attempts\s+\d|missing|did not end|not kept/i);
  shop.check();
  await page.done();
});

test('a host that answers 403: the stage, the code, the cause, three attempts', { skip }, async () => {
  const job = await order({ photo_url: '/private/garden.jpg', customer: 'bob', product: 'poster' });
  await shop.wrote('fetcher', `[${job.tasks[0]}] raised unexpected`);
  // As somebody finds it who was given the task's id by Celery's own line.
  const page = await it.open({ page: 'overview', ...LAST_HALF_HOUR });
  await page.locator('.find input').waitFor();
  await page.keyboard.press('/');
  await page.waitForFunction(() => document.activeElement?.closest('.find'));
  await page.keyboard.type(job.tasks[0]);
  await page.keyboard.press('Enter');
  await says(page, 'failed at fetch');
  await says(page, '127.0.0.1 answers 403.');
  const opened = await it.open(jobView(job, { refresh: '5s' }));
  await says(opened, 'failed at fetch');
  await says(opened, /Drawn from 1 trace/);
  await says(opened, '127.0.0.1 answers 403.');
  const words = await main(opened);
  assert.match(words, /attempts\s+3\b/, 'Celery receives each retry before the attempt in hand has ended: no attempt of its own');
  assert.match(words, /Fetch\s+attempt 1 · 403\s+attempt 2 · 403/);
  assert.match(words, /OriginalUnavailable/);
  assert.match(words, /Develop\s+never\s+Print\s+never/);
  // Six of its six seconds it was put off on purpose: no queue was slow.
  assert.match(words, /put off/);
  const inQueues = await fact(opened, 'in queues');
  assert.match(inQueues ?? '0 ms', /^[\d.]+ ms/, `in queues for ${inQueues}`);
  await page.done();
  await says(opened, 'Ask for the original once more by hand');
  await opened.done();

  // Its system file names no steps: those that help anywhere have run.
  const debug = await it.open(jobView(job, { tab: 'debug' }));
  const all = await steps(debug), told = JSON.stringify(all, null, 1);
  assert.ok(all.length >= 6 && all.every(step => step.says && step.state !== 'could not ask'), told);
  assert.equal(named(all, 'Its own lines').state, 'found', told);
  assert.equal(named(all, 'Its trace').state, 'found', told);
  assert.equal((await causes(debug))[0].rule, 'http_status');
  await debug.done();

  it.stack.faults.tempo.fail(FAULTS.cut);
  const without = await it.open(jobView(job), { tolerate: FAILED_REQUESTS });
  await says(without, 'failed at fetch');
  await says(without, /Drawn from \d+ log lines/);
  await says(without, '127.0.0.1 answers 403.');
  assert.match(await main(without), /attempts\s+3\b/, 'the same from Celery’s lines alone');
  await without.done();
});

test('a process killed in the middle of a task: its task is given out again at once, and the page says so', { skip }, async () => {
  const job = await order({ ...GOOD, product: 'poster', copies: 24 });
  await received('press', job.tasks[2]);
  await sleep(2500);
  const page = await it.open(jobView(job, { refresh: '5s' }));
  await stateIs(page, 'running');
  await says(page, /attempt 1 · running/);
  shop.killTask('press');
  await shop.wrote('press', 'WorkerLostError');
  await succeeded('press', job.tasks[2]);
  await stateIs(page, 'done');
  await says(page, /Attempt 1 at Print did not end, and its task was begun again: its worker was killed/);
  const words = await main(page);
  assert.match(words, /attempts\s+2\b/);
  // A short bar has room for less.
  assert.match(words, /Print\s+attempt 1( · end not seen)?\s+attempt 2 · done/);
  await page.done();
});

test('a broker that does not answer for 20 seconds: the order waited, and the page says for what', { skip }, async () => {
  const printing = await order({ ...GOOD, product: 'print', copies: 4 });
  await received('press', printing.tasks[2]);
  shop.stopBroker();
  const asked = order({ ...GOOD, customer: 'kim', product: 'print' });
  await sleep(20_000);
  shop.resumeBroker();
  const job = await asked;
  await succeeded('press', job.tasks[2]);

  const page = await it.open(jobView(job, { refresh: '5s' }));
  await stateIs(page, 'done');
  await says(page, /counter took (19|2\d)[.\d]* s for putting work into originals: the broker was slow to answer/i);
  const waited = Number.parseFloat(await fact(page, 'in queues'));
  assert.ok(waited >= 19 && waited < 24, `in queues for ${waited} s`);
  assert.doesNotMatch(await main(page), /attempts\s+\d/);
  await page.done();

  // What was in hand meanwhile could tell nobody that it was done.
  await succeeded('press', printing.tasks[2]);
  const held = await it.open(jobView(printing, { refresh: '5s' }));
  await stateIs(held, 'done');
  await says(held, 'press sheet');
  await held.done();
});

test('a whole worker killed: its task comes back after the visibility timeout; meanwhile its queue fills', { skip }, async () => {
  const job = await order({ ...GOOD, product: 'poster', copies: 8 });
  await received('press', job.tasks[2]);
  await sleep(1500);
  await shop.killWorker('press');
  const page = await it.open(jobView(job, { refresh: '5s' }));
  await stateIs(page, 'running');

  const behind = await Promise.all([1, 2, 3].map(() => order({ ...GOOD, product: 'print', copies: 1 })));
  const { prometheus } = it.stack.servers;
  const depth = async () => {
    const query = new URLSearchParams({ query: 'celery_queue_length{queue_name="sheets"}' });
    const { data } = await (await fetch(`${prometheus.url}/api/v1/query?${query}`)).json();
    return Number(data.result[0]?.value[1]);
  };
  await until('the queue has filled', async () => await depth() === behind.length, { seconds: 60, everyMs: 500 });
  const overview = await it.open({ page: 'overview', ...LAST_HALF_HOUR, refresh: '5s' });
  await overview.locator('main').getByText(/sheets\s*3\b/).first().waitFor();
  await overview.done();
  const waiting = await it.open(jobView(behind[0], { refresh: '5s' }));
  await stateIs(waiting, 'running');
  await says(waiting, 'waiting in a queue');
  assert.match(await main(waiting), /Print\s+Invoice|Print/);

  await shop.startWorker('press');
  await succeeded('press', job.tasks[2]);
  await stateIs(page, 'done');
  await says(page, /Attempt 1 at Print did not end, and its task was begun again/);
  assert.match(await main(page), /attempts\s+2\b/);
  await stateIs(waiting, 'done');
  await waiting.done();
  await page.done();
});
