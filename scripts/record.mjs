// Records the sample incident: real servers are filled with one deployment's telemetry, Chromium visits the pages that
// are to be in it through the console's own recorder, and jobs worth a look are named at its head. What must work in it
// is tested by tests/e2e/sample.test.mjs.
//
//   node scripts/record.mjs DIRECTORY_OF_THE_BUILT_APP [FILE]
//   END=2026-11-21T10:00:00Z   where the hour ends; else the last whole hour
//   SEED=7                     the same end, seed and rate give the same telemetry
//   RATE=1.5                   jobs a minute: the list holds them all, so more of them make a larger file
//
// What breaks in that hour stands in scripts/sample-scenario.json; which jobs are visited, in `chosen` below.
import fs from 'node:fs';
import path from 'node:path';
import { launch, mounted, newPage } from '../tests/e2e/lib/chromium.mjs';
import { demoBinary, runDemo, searchable, targets } from '../tests/e2e/lib/demo.mjs';
import { ROOT, scratch } from '../tests/e2e/lib/paths.mjs';
import { until } from '../tests/e2e/lib/process.mjs';
import { answersOf, readRecording, writeRecording } from '../tests/e2e/lib/recording.mjs';
import { startStack } from '../tests/e2e/lib/stack.mjs';

const MAX_BYTES = 600_000;
/** Jobs that nobody tells of, the newest, that can be opened nevertheless. */
const MAX_OTHERS = 5;
const HOUR = 3_600_000;
/** What questions are answered with that are not to be in the recording: a refusal, since servers that fail are given up. */
const UNWANTED = 400;
const { END, SEED = '7', RATE = '1.5' } = process.env;
const [app, file = path.join(ROOT, 'public/sample/incident.jsrec')] = process.argv.slice(2);
if (!app) throw new Error('which directory holds the built app?');
const end = END ? Date.parse(END) : Math.floor(Date.now() / HOUR) * HOUR;
const began = Date.now();
const tell = words => console.log(`[${((Date.now() - began) / 1000).toFixed(0)} s] ${words}`);

/** One page of the console, driven as a person would, with its clock standing at the hour's end. */
async function visitor(browser, url) {
  // A Tempo of the 2.2 line answers 404 to what it does not know yet; the browser writes that to its console.
  const page = await newPage(browser, { tolerate: /Failed to load resource/, viewport: { width: 1600, height: 1000 }, acceptDownloads: true });
  await page.clock.setFixedTime(end);
  // One question at a time, in the order they were asked: as the recording will answer them. Questions that follow
  // from answers would otherwise depend on which server happened to be quicker.
  let last = Promise.resolve(), open = 0, isWanted = () => true;
  // What has been wanted once is answered again: the recorder keeps the newest answer.
  const wanted = new Set();
  await page.route(/\/(loki|prometheus|tempo)\/(loki\/)?api\/|\/loki\/api\//, route => {
    const request = route.request(), words = decodeURIComponent(`${request.url()} ${request.postData() ?? ''}`);
    if (!isWanted(words) && !wanted.has(words)) return route.fulfill({ status: UNWANTED, body: 'not to be in the recording' });
    wanted.add(words);
    open += 1;
    last = last.then(async () => {
      try { await route.fulfill({ response: await route.fetch() }); } catch { await route.abort().catch(() => {}); }
      open -= 1;
    });
  });
  await page.goto(`${url}?page=connections`);
  await mounted(page);
  /** Goes to a view within the document, and waits until everything it asks, or what is `wanted` of it, has been answered. */
  const visit = async (view, wanted = () => true) => {
    isWanted = wanted;
    await page.evaluate(query => {
      history.pushState(null, '', `?${query}`);
      dispatchEvent(new PopStateEvent('popstate'));
    }, new URLSearchParams(view).toString());
    let calm = 0;
    await until(`${JSON.stringify(view)} is not answered`, async () => {
      // A page is built a little after the bar above it, and asks only then.
      const busy = open > 0 || await page.locator('.top .busy, main [aria-busy=true]').count() > 0;
      calm = busy ? 0 : calm + 1;
      return calm >= 8;
    }, { seconds: 60, everyMs: 60 });
  };
  return { page, visit };
}

/** The traces behind the highest exemplars of each of so many columns of the hour, panel by panel: those that are drawn. */
function shownExemplars(recording, columns) {
  const traces = new Set();
  for (const { body } of answersOf(recording, 'prometheus/query_exemplars')) {
    const highest = new Map();
    for (const { labels, value, timestamp } of JSON.parse(body).data.flatMap(series => series.exemplars)) {
      const column = Math.floor((timestamp * 1000 - (end - HOUR)) / (HOUR / columns));
      if (labels.trace_id && column >= 0 && column < columns && !(highest.get(column)?.value >= Number(value))) {
        highest.set(column, { value: Number(value), trace: labels.trace_id });
      }
    }
    for (const { trace } of highest.values()) traces.add(trace);
  }
  return [...traces];
}

/** The ids of all jobs of the hour. */
async function allJobs(loki) {
  const query = new URLSearchParams({ query: '{service_name=~".+"} |= "job_submitted"', start: `${end - HOUR}000000`, end: `${end}000000`, limit: 5000 });
  const { data } = await (await fetch(`${loki}/loki/api/v1/query_range?${query}`)).json();
  return [...new Set(data.result.flatMap(stream => stream.values.map(([, line]) => JSON.parse(line).job_id)).filter(Boolean))];
}

/** A job that was tried again and then done, which the generator does not tell of; `undefined` where there is none. */
async function retriedJob(loki) {
  const linesOf = async event => {
    const query = new URLSearchParams({ query: `{service_name=~".+"} |= "${event}"`, start: `${end - HOUR}000000`, end: `${end}000000`, limit: 5000 });
    const { data } = await (await fetch(`${loki}/loki/api/v1/query_range?${query}`)).json();
    return data.result.flatMap(stream => stream.values.map(([, line]) => JSON.parse(line)));
  };
  // A worker's own lines name the trace alone.
  const retried = new Set((await linesOf('task_retrying')).map(line => line.trace_id));
  return (await linesOf('job_completed')).find(line => line.job_id && retried.has(line.trace_id))?.job_id;
}

/** Jobs of every kind that the generator tells of: {jobs: to be visited, examples: [{id, words}] to be offered, the plainest first, debugged: ids of those whose steps are}. */
function chosen(truth, retried) {
  const ended = job => (job.ended ? Number(BigInt(job.ended.ns) / 1_000_000n) : end);
  const groups = Object.entries(truth.examples).map(([kind, jobs]) => ({ kind, jobs: jobs.filter(job => ended(job) > end - HOUR) }));
  const of = pattern => groups.filter(({ kind }) => pattern.test(kind)).flatMap(({ jobs }) => jobs);
  const [running, ...stuck] = [...truth.crafted.running, ...truth.crafted.stuck];
  const inTrouble = [
    [of(/^failed .*http_403/).find(job => job.spans_kept), job => `failed at scrape: ${job.domain} answers 403, ${job.attempts} attempts`],
    [of(/^failed .*inference_oom/).sort((a, b) => b.spans_kept - a.spans_kept)[0], () => 'failed at embed: the inference server ran out of GPU memory'],
    [of(/^failed .*circuit_open/)[0], () => 'failed at embed: the circuit breaker was open'],
    [of(/^failed .*worker_lost/)[0], () => 'failed at chunk: the worker was killed for its memory'],
    [of(/^failed .*unsupported_encoding/)[0], () => 'failed at chunk: an encoding that cannot be read'],
    [of(/^failed .*http_404/)[0], job => `failed at scrape: a page of ${job.domain} is gone`],
    [stuck[0], () => 'stuck: a stage that never ended'],
  ];
  const well = [
    [retried && { job_id: retried, trace_ids: [], task_ids: [] }, () => 'done, after a stage was tried again'],
    [of(/^done whole/)[0], () => 'done, with its whole trace'],
    [of(/^done none/)[0], () => 'done, its trace not kept: drawn from its lines'],
    [running, () => 'still running'],
    [of(/^queued/)[0], () => 'still waiting in a queue'],
  ];
  const told = [...inTrouble, ...well].filter(([job]) => job);
  const examples = told.map(([job, words]) => ({ id: job.job_id, words: words(job) }));
  const jobs = [...new Map([...told.map(([job]) => job), ...stuck].map(job => [job.job_id, job])).values()];
  return { jobs, examples, debugged: new Set(inTrouble.map(([job]) => job?.job_id)) };
}

/** The servers, filled, and the console before them. */
async function filledStack() {
  const stack = await startStack({ app, tell: words => tell(`  ${words}`) });
  tell(`writing three hours that end at ${new Date(end).toISOString()}, seed ${SEED}`);
  const truth = JSON.parse(runDemo(demoBinary(), [
    ...targets(stack.servers), '--system', 'cloudcix', '--seed', SEED, '--end', new Date(end).toISOString(), '--backfill', '3h',
    '--rate', RATE, '--running-job', '60s', '--stuck-jobs', '2', '--scenario', path.join(ROOT, 'scripts/sample-scenario.json'),
  ]));
  await searchable(stack.servers.tempo, truth);
  return { stack, truth };
}

/** A question about one job: it holds an id. What the steps of a failed job ask beside that would fill many files. */
const isOfOneJob = words => /job-[0-9a-f]|[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-/.test(words) || /loki\/api\/v1\/labels/.test(words);

/** What the steps of a job ask, without the lines of all other jobs of its hours. */
const isNotOfAllJobs = words => !/job_id\|task_id/.test(words);

/** What a job is compared with: the lines of all jobs are read back from its beginning. */
const isOfComparison = job => words => isNotOfAllJobs(words) || BigInt(/\bend=(\d+)/.exec(words)?.[1] ?? 0) <= BigInt(job.submitted.ns) + 1_000_000_000n;

/** Everything that is to be in the recording, each view once: the jobs in trouble that are told of with their steps, the others as they are. */
async function visitAll(visit, { jobs, debugged }, traces, others) {
  await visit({ page: 'overview' });
  await visit({ page: 'jobs' });
  const keys = [...jobs.map(job => job.job_id), ...traces, ...jobs.slice(0, 4).flatMap(job => [...job.trace_ids, ...job.task_ids]), ...others.slice(0, MAX_OTHERS)];
  const all = [...new Set(keys)];
  for (const [place, key] of all.entries()) {
    if (place % 20 === 0) tell(`${place} of ${all.length} jobs and traces`);
    await visit({ page: 'job', job: key, ...debugged.has(key) && { tab: 'debug' } }, debugged.has(key) ? isNotOfAllJobs : isOfOneJob);
    // The job that is offered first, and no other: one takes 10 to 60 KB.
    if (place === 0) await visit({ page: 'job', job: key, tab: 'compare' }, isOfComparison(jobs[0]));
    await visit({ page: 'alerts' }); // asks nothing: the next job page learns anew what Tempo can do, as after a reload
  }
}

const browser = await launch();
const scratchDirectory = scratch('record');
const { stack, truth } = await filledStack();
try {
  const selection = chosen(truth, await retriedJob(stack.servers.loki.url));
  const { page, visit } = await visitor(browser, stack.url);
  const save = async () => {
    await visit({ page: 'connections' });
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Stop and save' }).click()]);
    const saved = path.join(scratchDirectory, 'visit.jsrec');
    await download.saveAs(saved);
    return readRecording(saved);
  };
  const record = () => page.getByRole('button', { name: 'Record this visit' }).click();

  tell('recording');
  await record();
  await visit({ page: 'overview' });
  const traces = shownExemplars(await save(), 40);
  tell(`${traces.length} exemplars are shown`);
  await record();
  await visitAll(visit, selection, traces, await allJobs(stack.servers.loki.url));
  const recording = await save();

  recording.head = { ...recording.head, title: 'Sample incident', view: '', now_ns: end * 1e6, examples: selection.examples };
  fs.mkdirSync(path.dirname(file), { recursive: true });
  recording.answers = recording.answers.filter(({ head }) => head.status !== UNWANTED);
  // Like beside like packs smaller; answers to the same question stay in their order.
  const question = ({ head: { endpoint, query } }) => `${endpoint} ${query}`;
  recording.answers.sort((a, b) => (question(a) < question(b) ? -1 : Number(question(a) > question(b))));
  const bytes = writeRecording(file, recording);
  tell(`${path.relative(ROOT, file)}: ${recording.answers.length} answers, ${(bytes / 1000).toFixed(0)} KB`);
  await page.done();
  if (bytes > MAX_BYTES) throw new Error(`more than ${MAX_BYTES / 1000} KB`);
} finally {
  await browser.close();
  await stack.stop();
}
