// `cargo xtask diagnose` on real servers: for every job of every shipped system, what it says is what the generator did.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { SYSTEMS, demoBinary, runDemo, targets } from './lib/demo.mjs';
import { faultProxy, FAULTS } from './lib/faults.mjs';
import { ROOT, scratch } from './lib/paths.mjs';
import { ms, read, rulesFor, stageOf, systemFile, truthOf } from './lib/truth.mjs';

const data = scratch('diagnose');
const { LOKI_URL, PROMETHEUS_URL, TEMPO_URL, TEMPO_OTLP_URL } = process.env;
const servers = { loki: { url: LOKI_URL }, prometheus: { url: PROMETHEUS_URL }, tempo: { url: TEMPO_URL, otlp: TEMPO_OTLP_URL } };
const examples = truth => Object.values(truth.examples).flat();

/** A configuration that names these servers. */
function config(name, { loki, prometheus, tempo }) {
  const file = path.join(data, `${name}.json`);
  const sources = { loki: { url: loki }, prometheus: { url: prometheus }, tempo: { url: tempo } };
  fs.writeFileSync(file, JSON.stringify({ sources, systems: SYSTEMS }));
  return file;
}
const CONFIG = config('config', { loki: LOKI_URL, prometheus: PROMETHEUS_URL, tempo: TEMPO_URL });

let binary;
before(() => {
  execFileSync('cargo', ['build', '--quiet', '--package', 'xtask'], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  binary = path.join(process.env.CARGO_TARGET_DIR ?? path.join(ROOT, 'target'), 'debug', 'xtask');
});

/** Runs it; gives {code, told (the JSON), said (the errors), seconds}. */
const diagnose = (...args) => new Promise(done => {
  const began = Date.now();
  execFile(binary, ['diagnose', ...args], { cwd: data, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
    const told = stdout.trim() ? JSON.parse(stdout) : undefined;
    done({ code: error ? error.code : 0, told, said: stderr, seconds: (Date.now() - began) / 1000 });
  });
});

/** What is wrong with what was told of a job; empty where nothing is. */
function wrong(system, job, told, isFresh = true) {
  const complaints = [];
  const must = (holds, words) => { if (!holds) complaints.push(words); };
  const cause = job.flaw ?? job.cause;
  const rules = told.causes.map(it => `${it.rule} ${it.confidence}`);
  const first = told.causes[0]?.rule;
  // Lines under other ids tell the rest of its story.
  if (job.flaw === 'new_job_id_per_step') {
    if (told.state === 'stuck') must(rulesFor({ flaw: job.flaw }).includes(first), `hangs by ${cause}, told ${rules}`);
    return complaints;
  }
  switch (job.state) {
    case 'failed':
      must(told.state === 'failed', `failed, told ${told.state}: ${told.because}`);
      must(told.failed_stage === (stageOf(system, job.failed_stage)?.id ?? job.failed_stage), `failed at ${job.failed_stage}, told ${told.failed_stage}`);
      must(told.attempts === job.attempts, `${job.attempts} attempts, told ${told.attempts}`);
      must(rulesFor(job).includes(first), `broken by ${job.cause}, told ${rules}`);
      must(told.causes.every(it => it.would_refute && it.sentence && it.why), 'a cause says not what would refute it');
      break;
    case 'done':
      must(told.state === 'done', `done, told ${told.state}: ${told.because}`);
      if (cause === 'context_leak') must(first === cause, `a context leaked, told ${rules}`);
      else must(told.cause === null && rules.length === 0, `good, and yet told ${rules}`);
      break;
    default:
      must(['queued', 'running', 'stuck'].includes(told.state), `${job.state}, told ${told.state}: ${told.because}`);
      // What ran when the generator stopped hangs too, once that is long enough ago.
      if (told.state === 'stuck' && (cause || job.state === 'stuck' || isFresh)) must(rulesFor(job).includes(first), `${job.state} (${cause}), told ${rules}`);
  }
  return complaints;
}

for (const name of SYSTEMS) {
  test(`${name}: every job of the last hours is told as it truly was, and quickly`, async t => {
    const [truth, system] = [truthOf(name), read(systemFile(name))];
    const minutes = Math.ceil((Date.now() - ms(truth.start)) / 60_000) + 1;
    const { code, told, said, seconds } = await diagnose('--config', CONFIG, '--system', systemFile(name), '--since', `${minutes}m`);
    assert.equal(code, 0, said);
    t.diagnostic(`${told.jobs.length} jobs, ${told.summary.in_trouble} in trouble, in ${seconds} s`);
    const byId = new Map(told.jobs.map(it => [it.job, it]));
    const complaints = [];
    const isFresh = Date.now() - ms(truth.end) < 25 * 60_000;
    let n = 0;
    for (const job of examples(truth)) {
      const found = byId.get(job.job_id);
      if (!found) {
        // A queued job may not have said a word yet.
        if (job.state !== 'queued') complaints.push(`${job.job_id} (${job.state} ${job.cause}) is not told`);
        continue;
      }
      n += 1;
      complaints.push(...wrong(system, job, found, isFresh).map(it => `${job.job_id}: ${it}`));
    }
    assert.ok(n >= 20, `${n} jobs`);
    assert.deepEqual(complaints, [], `${complaints.length} of ${n} jobs`);
  });
}

/** The newest example of a kind of outcome. */
const example = (system, kind) => Object.entries(truthOf(system).examples).find(([name]) => name.includes(kind))?.[1][0] ?? assert.fail(`no job ${kind}`);
const one = async (system, key, ...more) => {
  const since = `${Math.ceil((Date.now() - ms(truthOf(system).start)) / 60_000) + 1}m`;
  const outcome = await diagnose('--config', CONFIG, '--system', systemFile(system), '--job', key, '--since', since, ...more);
  return { ...outcome, job: outcome.told?.jobs[0] };
};

test('one job is found by its id, by a task and by its trace, with the queries that found it', async () => {
  const truth = example('cloudcix', 'failed scraping http_403');
  for (const key of [truth.job_id, truth.task_ids.at(-1), truth.trace_id]) {
    const { code, said, job } = await one('cloudcix', key);
    assert.equal(code, 0, said);
    assert.equal(job.job, truth.job_id);
    assert.deepEqual(wrong(read(systemFile('cloudcix')), truth, job), []);
    assert.equal(job.cause, 'docs.example.org answers 403');
    assert.ok(job.evidence.questions.some(it => it.source === 'Loki' && it.query.includes(key)), JSON.stringify(job.evidence.questions));
    assert.ok(job.causes[0].matched.some(it => it.line || it.span), JSON.stringify(job.causes[0]));
  }
});

test('one job is compared with others of its hours: the version that broke it is named', async () => {
  const { code, said, job } = await one('pixerase', example('pixerase', 'bad_deploy').job_id);
  assert.equal(code, 0, said);
  assert.equal(job.rule, 'bad_deploy', JSON.stringify(job.causes));
  assert.match(job.cause, /version 1\.9\.0/);
});

test('a good job alone has no cause, and one that nobody knows is unknown, with what is missing', async () => {
  const good = await one('diffusion', example('diffusion', 'done').job_id);
  assert.deepEqual([good.code, good.job.state, good.job.cause, good.job.causes], [0, 'done', null, []]);
  assert.match(good.job.attributes.model, /^[A-Z]/);
  const nobody = await one('cloudcix', 'job-00000000-0000');
  assert.equal(nobody.code, 0, nobody.said);
  assert.deepEqual([nobody.job.state, nobody.job.rule, nobody.job.confidence], ['unknown', 'unknown', 0]);
  assert.match(nobody.job.causes[0].why, /missing: log lines; a trace/);
});

// Its jobs are of the version before, in the time of the bad one: what comes after this meets two versions side by side,
// as whoever deploys slowly does.
test('a scenario and a system file from elsewhere: other words, another status, the same truth', async () => {
  const scenario = path.join(data, 'gone-legal.json');
  fs.writeFileSync(scenario, JSON.stringify({
    title: 'maps.example.net answers 451',
    effects: [{ kind: 'host_answers', from: 'start', until: 'end', host: 'maps.example.net', status: 451, share: 1, latency_ms: 400 }],
  }));
  const acme = read(systemFile('cloudcix'));
  const [scrape] = acme.stages;
  Object.assign(scrape, { aliases: [...(scrape.aliases ?? []), scrape.id], id: 'fetch', title: 'Fetch the page' });
  for (const service of acme.services) if (service.stage === 'scrape') service.stage = 'fetch';
  Object.assign(acme, { name: 'acme', title: 'Acme' });
  const file = path.join(data, 'acme.json');
  fs.writeFileSync(file, JSON.stringify(acme).replaceAll('"stage":"scrape"', '"stage":"fetch"'));
  const truth = JSON.parse(runDemo(demoBinary(), [...targets(servers), '--system', 'cloudcix', '--scenario', scenario, '--backfill', '20m', '--end', new Date(ms(truthOf('cloudcix').end)).toISOString(), '--seed', `${Date.now() % 1_000_000}`]));
  const [job] = truth.examples['failed scraping http_451'];
  const { code, told, said } = await diagnose('--config', CONFIG, '--system', file, '--job', job.job_id);
  assert.equal(code, 0, said);
  assert.equal(told.system, 'acme');
  assert.deepEqual(wrong(acme, job, told.jobs[0]), []);
  assert.equal(told.jobs[0].failed_stage, 'fetch');
  assert.match(told.jobs[0].cause, /maps\.example\.net answers 451/);
});

test('a server that is away is named, what the others know is told, and it ends badly', async () => {
  const tempo = await faultProxy(TEMPO_URL);
  tempo.fail(FAULTS.cut);
  after(() => tempo.stop());
  const file = config('away', { loki: LOKI_URL, prometheus: PROMETHEUS_URL, tempo: `http://${tempo.host}` });
  const truth = example('cloudcix', 'failed scraping http_403');
  const { code, told, said } = await diagnose('--config', file, '--system', systemFile('cloudcix'), '--job', truth.job_id, '--since', '2h');
  assert.notEqual(code, 0);
  assert.match(said, /Tempo/);
  assert.ok(told.trouble.some(it => /Tempo/.test(it)), JSON.stringify(told.trouble));
  const [job] = told.jobs;
  assert.deepEqual([job.state, job.failed_stage], ['failed', 'scrape']);
  assert.match(job.cause, /answers 403/);
  assert.match(job.causes[0].why, /Tempo could not be asked/);
  // With no log store either, nothing is known, and that is said too.
  const gone = config('gone', { loki: 'http://127.0.0.1:9', prometheus: PROMETHEUS_URL, tempo: 'http://127.0.0.1:9' });
  const nothing = await diagnose('--config', gone, '--system', systemFile('cloudcix'), '--since', '5m');
  assert.notEqual(nothing.code, 0);
  assert.deepEqual(nothing.told.jobs, []);
  assert.ok(nothing.told.trouble.some(it => /Loki/.test(it)), JSON.stringify(nothing.told.trouble));
});
