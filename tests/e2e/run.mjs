// Starts the servers once, fills them, and runs every *.test.mjs (or those named) in Chromium against them.
//
//   node tests/e2e/run.mjs DIRECTORY_OF_THE_BUILT_APP [test files]
//
// Servers that run already are used through LOKI_URL, PROMETHEUS_URL, MIMIR_URL, TEMPO_URL, TEMPO_OTLP_URL and PYROSCOPE_URL.
import fs from 'node:fs';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { SYSTEMS, demoBinary, runDemo, searchable, targets, scenarios, togetherScenarios, writeSystem } from './lib/demo.mjs';
import { ROOT, scratch } from './lib/paths.mjs';
import { loki, mimir, prometheus, tempo } from './lib/servers.mjs';

/** Files that run beside the others and take as long: those that wait for processes that are killed, and those that look at many jobs. */
const BESIDE = [['celery', 'diagnose', 'flow', 'scenarios']];

/** More tests than these do not fail by chance: they are not run again. */
const MOST_AGAIN = 3;

const [app = path.join(ROOT, 'target/site'), ...named] = process.argv.slice(2);
const here = path.join(ROOT, 'tests/e2e');
const files = named.length ? named : fs.readdirSync(here).filter(it => it.endsWith('.test.mjs')).sort().map(it => path.join(here, it));
const began = Date.now();
const tell = words => console.log(`[${((Date.now() - began) / 1000).toFixed(1)} s] ${words}`);

const data = scratch('e2e');
tell('starting Loki, Prometheus, Mimir and Tempo');
const kinds = { loki, prometheus, mimir, tempo };
const settled = await Promise.allSettled(Object.entries(kinds).map(async ([name, run]) => {
  const server = await run(data);
  tell(`${name} is ready at ${server.url}`);
  return [name, server];
}));
const stop = () => Promise.all(settled.map(each => each.value?.[1].stop()));
const missing = settled.filter(each => each.status === 'rejected');
if (missing.length) {
  for (const { reason } of missing) console.error(reason.message);
  await stop();
  process.exit(1);
}
const servers = Object.fromEntries(settled.map(each => each.value));

tell('writing an hour and a half of telemetry of every system');
const demo = demoBinary();
const truth = path.join(data, 'truth.json');
try {
  fs.writeFileSync(truth, runDemo(demo, [...targets(servers), '--system', 'cloudcix', ...scenarios(...togetherScenarios('cloudcix')), '--backfill', '90m']));
  for (const system of SYSTEMS.filter(it => it !== 'cloudcix')) {
    const told = writeSystem(demo, servers, system, ['--backfill', '90m']);
    fs.writeFileSync(path.join(data, `truth-${system}.json`), JSON.stringify(told));
  }
  await searchable(servers.tempo, JSON.parse(fs.readFileSync(truth, 'utf8')));
} catch (error) {
  for (const words of Object.values(servers).map(server => server.died()).filter(Boolean)) console.error(words);
  console.error(`the telemetry could not be written: ${error.message}`);
  await stop();
  process.exit(1);
}

tell(`running ${files.length} files`);
const env = {
  ...process.env, APP: path.resolve(app), DEMO_BIN: demo, DEMO_TRUTH: truth, DEMO_TRUTHS: data,
  LOKI_URL: servers.loki.url, PROMETHEUS_URL: servers.prometheus.url, MIMIR_URL: servers.mimir.url,
  TEMPO_URL: servers.tempo.url, TEMPO_OTLP_URL: servers.tempo.otlp ?? '',
};
const isOf = names => file => names.includes(path.basename(file, '.test.mjs'));
const lanes = [files.filter(file => !BESIDE.some(names => isOf(names)(file))), ...BESIDE.map(names => files.filter(isOf(names)))].filter(lane => lane.length);
const first = (await Promise.all(lanes.map((lane, place) => runTests(lane, place === 0)))).flat();
const failed = first.filter(it => !it.passed);
// A busy machine may make a page slower than its check allows. Whatever failed is run once more, alone, and named.
const second = failed.length === 0 || failed.length > MOST_AGAIN ? [] : await runAgain(failed);
const [unsteady, lasting] = [[], []];
for (const it of failed) (second.some(again => again.name === it.name && again.file === it.file && again.passed) ? unsteady : lasting).push(it);

const dead = Object.values(servers).map(server => server.died()).filter(Boolean);
for (const words of dead) console.error(words);
await stop();
tell(`${first.length - lasting.length} passed, ${lasting.length} failed`);
for (const it of lasting) console.log(`failed: ${path.basename(it.file)}: ${it.name}`);
for (const it of unsteady) console.log(`failed at first, and passed when it was run again: ${path.basename(it.file)}: ${it.name}`);
process.exit(lasting.length || dead.length || first.length === 0 ? 1 : 0);

/** Runs the tests of some files, one file after the other; each test's file, name, and whether it passed. */
async function runTests(lane, isSeen, options = []) {
  const told = path.join(scratch('told'), 'tests');
  // There even if the runner dies before it writes: the servers still have to be stopped.
  fs.writeFileSync(told, '');
  const reporters = ['spec', 'stdout', path.join(here, 'lib/told.mjs'), told];
  const arguments_ = reporters.map((it, place) => `--test-reporter${place % 2 ? '-destination' : ''}=${it}`);
  // What all but the first say comes in one piece when they are done.
  const stdio = ['ignore', isSeen ? 'inherit' : 'pipe', 'inherit'];
  const child = spawn(process.execPath, ['--test', '--test-concurrency=1', ...arguments_, ...options, ...lane], { stdio, env });
  const said = [];
  child.stdout?.on('data', piece => said.push(piece));
  const status = await new Promise(done => child.on('close', done));
  process.stdout.write(Buffer.concat(said));
  const tests = fs.readFileSync(told, 'utf8').split('\n').filter(Boolean).map(it => JSON.parse(it));
  // A runner that fails has a reason, even if no test is to blame.
  if (status !== 0 && tests.every(it => it.passed)) tests.push({ file: lane[0], name: `the test runner ended with ${status}`, passed: false });
  return tests;
}

async function runAgain(tests) {
  tell(`running ${tests.length} that failed once more`);
  const literally = name => `^${name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}$`;
  return runTests([...new Set(tests.map(it => it.file))], true, tests.map(it => `--test-name-pattern=${literally(it.name)}`));
}
