// The demo's scenarios, one by one: each is told from the pages. What breaks jobs for good is looked at job by job in
// flow.test.mjs; here is that none of them is missing there, and what breaks none: queues that stand until now, tasks that begin
// again and again, and paths that are slow.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { HOLDING, SYSTEMS, allScenarios, demoBinary, runDemo, scenarios, searchable, targets } from './lib/demo.mjs';
import { harness } from './lib/harness.mjs';
import { ROOT } from './lib/paths.mjs';
import { causes, steps } from './lib/steps.mjs';
import { ms, rulesFor, truthOf } from './lib/truth.mjs';

/** What a scenario's jobs are broken by, in the generator's words. */
const BREAKS = {
  cloudcix: {
    'bad-deploy': 'bad_deploy', 'broker-evicts': 'message_evicted', 'broker-memory': 'broker_memory', 'chunk-oom': 'worker_out_of_memory',
    'circuit-breaker': 'circuit_open', 'domain-403': 'http_403', 'domain-429': 'http_429', 'errors-swallowed': 'swallowed_errors',
    'event-loop': 'event_loop', 'inference-down': 'inference_down', 'lock-waits': 'lock_wait', 'payload-change': 'payload_schema',
    'transaction-leak': 'transaction_leak',
  },
  diffusion: {
    'disk-full': 'disk_full', 'gate-failures': 'evaluation_gate', 'gpu-memory': 'cuda_out_of_memory', 'model-load': 'model_load',
    'mps-memory': 'mps_out_of_memory', 'older-torch': 'gpu_memory', 'rate-limited': 'http_429',
  },
  metamock: {
    'api-timeouts': 'api_timeout', 'context-leak': 'context_leak', 'database-down': 'unreachable', 'id-per-step': 'new_job_id_per_step',
    'rate-limits': 'http_429', 's3-upload': 's3_upload', 'schema-change': 'payload_schema',
  },
  pixerase: {
    'bad-deploy': 'bad_deploy', 'bad-images': 'bad_image', 'database-full': 'too_many_connections', 'disk-full': 'disk_full',
    'timeout-storm': 'task_timeout', 'transaction-leak': 'transaction_leak',
  },
  'trung-dev': {
    deadlocks: 'lock_wait', 'error-spike': 'disk_full', 'mail-down': 'mail_server', 'payload-change': 'payload_schema', 'redis-memory': 'broker_memory',
  },
};
/** Scenarios that only make something slow. */
const SLOW = { cloudcix: ['slow-read'], 'trung-dev': ['slow-queries'] };

for (const system of SYSTEMS) {
  test(`${system}: every scenario breaks jobs that are looked at, or is looked at here`, () => {
    const names = allScenarios(system).map(it => it.split('/')[1]);
    const told = [...Object.keys(BREAKS[system]), ...(HOLDING[system] ?? []), ...(SLOW[system] ?? []), 'calm'];
    assert.deepEqual(names.sort(), told.sort());
    const examples = Object.entries(truthOf(system).examples).filter(([kind]) => /^(failed|stuck|flawed) /.test(kind)).map(([, [job]]) => job);
    const broken = new Set(examples.flatMap(job => [job.cause, job.flaw]));
    for (const [name, cause] of Object.entries(BREAKS[system])) assert.ok(broken.has(cause), `no job is broken by ${name}: ${[...broken]}`);
  });
}

/** Moves a scenario so that what it does goes on until now. */
const untilNow = (system, name, minutes) => {
  const { effects } = JSON.parse(fs.readFileSync(path.join(ROOT, 'crates/demo/scenarios', system, `${name}.json`), 'utf8'));
  const until = Math.max(...effects.map(it => Number.parseFloat(it.until)));
  const [flag, file] = scenarios(`${system}/${name}`);
  return [flag, `${file}@${Math.ceil((100 - until) / 100 * minutes) + 1}m`];
};

// So long a history that the shortest of these stands for more than the half hour after which a silent job counts as stuck.
const MINUTES = { cloudcix: 540, diffusion: 900, metamock: 1200, pixerase: 900, 'trung-dev': 900 };
const it = harness(async ({ stack: { servers } }) => {
  const demo = demoBinary();
  for (const system of SYSTEMS) {
    const moved = HOLDING[system].flatMap(name => (name === 'requeue-loop' ? scenarios(`${system}/${name}`) : untilNow(system, name, MINUTES[system])));
    const slow = (SLOW[system] ?? []).flatMap(name => scenarios(`${system}/${name}`));
    const truth = runDemo(demo, [...targets(servers), '--system', system, ...moved, ...slow, '--backfill', `${MINUTES[system]}m`, '--rate', '4']);
    it.truths[system] = JSON.parse(truth);
  }
  await searchable(servers.tempo, it.truths.cloudcix);
}, { own: true });
it.truths = {};

/** Opens the list of stuck jobs, and of the newest one the steps; the likeliest cause comes first. */
async function firstStuck(sys, ...filters) {
  const page = await it.open([['page', 'jobs'], ['sys', sys], ['from', 'now-2h'], ['f', 'state:is:stuck'], ...filters.map(f => ['f', f])]);
  await page.locator('.job-row').first().click();
  await page.getByRole('link', { name: /^Debug/ }).click();
  const all = await steps(page);
  const told = await causes(page);
  const words = JSON.stringify([page.url(), told, all], null, 1);
  await page.done();
  return { told, words };
}

// That they are frozen shows while more and more messages are not acknowledged; later only that nobody takes any.
test('cloudcix: the queue of frozen workers stands', async () => {
  const { told, words } = await firstStuck('cloudcix', 'stage:is:scrape');
  assert.ok(rulesFor({ state: 'queued' }).includes(told[0]?.rule), words);
});

test('cloudcix: a queue whose workers lost the broker stands', async () => {
  const { told, words } = await firstStuck('cloudcix', 'stage:is:chunk');
  // The newest may be one whose message was lost on its own.
  assert.ok(rulesFor({ state: 'queued' }).includes(told[0]?.rule), words);
});

// Of a task that no worker has taken, trung-dev's logs do not say a word.
for (const system of SYSTEMS.filter(name => HOLDING[name].includes('workers-gone') && name !== 'trung-dev')) {
  test(`${system}: a queue that no worker takes from stands`, async () => {
    const { told, words } = await firstStuck(system);
    assert.equal(told[0]?.rule, 'queue_stands', words);
  });
}

test('cloudcix: a task that outlasts the visibility timeout begins again and again', async () => {
  const [job] = Object.entries(it.truths.cloudcix.examples).find(([kind]) => kind.endsWith(' requeue_loop'))?.[1] ?? assert.fail(Object.keys(it.truths.cloudcix.examples).join());
  const page = await it.open({ page: 'job', sys: 'cloudcix', job: job.job_id, tab: 'debug', from: `now-${MINUTES.cloudcix}m` });
  const run = page.getByRole('button', { name: 'Run the steps' });
  await run.or(page.locator('.step').first()).first().waitFor();
  if (await run.count()) await run.click();
  await steps(page);
  const told = await causes(page);
  assert.equal(told[0]?.rule, 'requeue_loop', JSON.stringify([page.url(), told], null, 1));
  await page.done();
});

/** From when to when a scenario slowed something down, in ms. */
function slowTime(system, effect) {
  const all = it.truths[system].scenarios.flatMap(scenario => scenario.effects);
  const { from, until } = all.find(each => each.effect.startsWith(effect)) ?? assert.fail(JSON.stringify(all));
  return [ms(from), ms(until)];
}

/** A length of time as the pages write it, in seconds. */
const seconds = text => {
  const [, number, unit] = /^([\d.]+)\s*(ms|s|min)$/.exec(text.replaceAll(/[\s\u202f]+/g, ' ').trim()) ?? [];
  return Number(number) * { ms: 0.001, s: 1, min: 60 }[unit];
};
/** What a quarter of them exceed. */
const upperQuartile = values => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.75)];

test('cloudcix: a read path that a write batch slows down stands out on the overview, and leads to a slow trace', async () => {
  const [from, until] = slowTime('cloudcix', 'ReadsSlow');
  const view = { page: 'overview', sys: 'cloudcix', from: `${2 * from - until}`, to: `${until}`, tz: 'utc', 'var-show-read': 'table', 'var-show-write': 'table' };
  const page = await it.open(view);
  /** How many times as long as before; a batch comes in bursts, and between them reads are as fast as ever. */
  const rise = async title => {
    const panel = page.getByRole('region', { name: title, exact: true });
    await panel.locator('tbody tr').nth(10).waitFor();
    const values = (await panel.locator('tbody tr td:nth-child(2)').allInnerTexts()).map(seconds);
    const half = Math.floor(values.length / 2), of = some => upperQuartile(some.filter(Number.isFinite));
    return of(values.slice(half)) / of(values.slice(0, half));
  };
  const [read, write] = [await rise('read'), await rise('write')];
  assert.ok(read > 2 && write < read / 2, `reads take ${read} times as long, writes ${write} times`);
  await page.getByRole('region', { name: 'read', exact: true }).getByRole('button', { name: 'open its trace' }).last().click();
  await page.waitForURL(/page=job.*trace=/);
  await page.locator('.state').first().waitFor();
  await page.done();
});

test('trung-dev: slow queries make the longest requests, and nothing is said to have failed of them', async () => {
  const [from, until] = slowTime('trung-dev', 'QueriesSlow');
  const longest = async (start, end) => {
    const view = { page: 'jobs', sys: 'trung-dev', from: `${start}`, to: `${end}`, sort: 'duration:desc', cols: 'state,duration' };
    const page = await it.open([...Object.entries(view), ['f', 'state:is:done'], ['f', 'kind:is:Request']]);
    await page.locator('.job-row').nth(5).waitFor();
    await page.waitForFunction(() => /^All /.test(document.querySelector('.jobs-cover')?.innerText ?? ''));
    const told = await page.locator('.job-row').nth(5).innerText();
    await page.done();
    return seconds(/[\d.]+[\s\u202f]*(?:ms|s|min)\b/.exec(told)?.[0] ?? assert.fail(told));
  };
  const [before, during] = [await longest(2 * from - until, from), await longest(from, until)];
  assert.ok(during > 3 * before, `the sixth longest request took ${during} s, and ${before} s before`);
});
