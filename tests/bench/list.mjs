// The jobs page of the release build with 20,000 jobs as heavy as real ones (some twelve lines each, errors, retries, every
// seventh with a trace): cold to complete, frames while scrolling, and how long a letter typed into the filter takes until
// the rows that pass are there. Against a hand-written page without a framework that has the same columns of as many jobs
// ready (pages/list-floor: no servers, no counts, no scatter), which tells what the browser itself charges on this machine.
import path from 'node:path';
import { APP } from './lib/app.mjs';
import { scroll } from './lib/scroll.mjs';
import { json } from './lib/serve.mjs';
import { summarize } from './lib/stats.mjs';
import { inWindow } from './lib/window.mjs';

const END_MS = 1_760_000_000_000, N_JOBS = 20_000, EVERY_MS = 170;
const STAGES = [['scrape', 'scraper', 'scrape_completed'], ['chunk', 'chunking', 'chunk_completed'], ['embed', 'embedding-api', 'embed_completed']];
const ERRORS = [['http_403', 'answered 403 Forbidden after 3 tries: the site refuses robots'], ['timeout', 'ReadTimeout: HTTPSConnectionPool(port=443): Read timed out. (read timeout=30)'], ['gpu_oom', 'CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 23.69 GiB total capacity)']];
const hex = (i, digits) => (i * 2_654_435_761 % 2 ** 32).toString(16).padStart(8, '0').repeat(4).slice(0, digits);

/**
 * One job as a real pipeline tells of it: accepted, three stages each queued, begun and ended, some tried again, some failed,
 * every seventh with its trace. Returns its lines, {at (ms), service, text}, and its trace as a search lists it.
 */
function job(i) {
  const id = `job-${hex(i, 8)}-${i.toString(16).padStart(4, '0')}`, trace = hex(i + 7, 28) + i.toString(16).padStart(4, '0'), lines = [], spans = [];
  const host = `site-${i % 40}.example.org`, fails_at = i % 9 === 4 ? i % 3 : -1, [code, error] = ERRORS[i % 3];
  let at = END_MS - 30_000 - i * EVERY_MS;
  const say = (service, event, more) => lines.push({ at, service, text: JSON.stringify({
    timestamp: new Date(at).toISOString(), level: 'INFO', service, event, job_id: id, trace_id: trace, span_id: hex(i + lines.length, 16), logger: `app.${service}`, hostname: `${service}-${i % 6}`, 'service.version': `1.${i % 4}.0`, ...more,
  }) });
  say('orchestrator', 'job_submitted', { url: `https://${host}/pages/${i}`, mode: 'async', user_id: `user-${i % 900}`, request_id: hex(i + 3, 24) });
  for (const [place, [stage, service, done]] of STAGES.entries()) {
    const task = { stage, task: `${stage}_task`, task_id: hex(i * 3 + place, 32) };
    at += 40 + i % 90;
    say('orchestrator', 'stage_queued', { ...task, queue: `${stage}_jobs` });
    for (let retries = 0, tries = i % 11 === place ? 3 : 1; retries < tries; retries++) {
      at += 300 + i * 13 % 900;
      const from = at, fails = place === fails_at || retries < tries - 1;
      say(service, 'task_started', { ...task, retries });
      at += 500 + i * 29 % 2_500;
      const attributes = { 'job.id': id, 'job.stage': stage, 'celery.task_name': `${stage}_task`, 'celery.retries': `${retries}`, 'messaging.message.id': task.task_id, kind: 'consumer', status: fails ? 'error' : 'unset', 'service.name': service };
      spans.push({ spanID: hex(i + spans.length, 16), name: `run/${stage}_task`, startTimeUnixNano: `${from}000000`, durationNanos: `${at - from}000000`, attributes: Object.entries(attributes).map(([key, it]) => ({ key, value: { stringValue: it } })) });
      if (retries < tries - 1) say(service, 'task_retrying', { ...task, retries, level: 'WARNING', reason: `${host} ${error}`, error_code: code });
    }
    if (place === fails_at) {
      say(service, `${stage}_failed`, { ...task, level: 'ERROR', failed_stage: stage, error_code: code, error: `${host} ${error}`, exception: `Traceback (most recent call last):\n  File "/app/${service}/tasks.py", line ${80 + i % 9}, in run\n${error}` });
      say('orchestrator', 'job_failed', { level: 'ERROR', failed_stage: stage, error_code: code });
      break;
    }
    say(service, done, { ...task, duration_ms: 500 + i * 29 % 2_500, n_items: i % 70 });
  }
  if (fails_at < 0) say('orchestrator', 'job_completed', { status: 'done' });
  const first = lines[0].at;
  return { lines, trace: i % 7 === 0 ? { at: first, found: { traceID: trace, rootServiceName: 'orchestrator', startTimeUnixNano: `${first}000000`, durationMs: at - first, spanSets: [{ matched: spans.length, spans }] } } : undefined };
}

const jobs = Array.from({ length: N_JOBS }, (_, i) => job(i));
/** All lines, the newest first. */
const lines = jobs.flatMap(it => it.lines).sort((a, b) => b.at - a.at);
const traces = jobs.map(it => it.trace).filter(Boolean);

/** The place of the first line before this time. */
function firstBefore(ms) {
  let low = 0, high = lines.length;
  while (low < high) { const middle = low + high >> 1; if (lines[middle].at < ms) high = middle; else low = middle + 1; }
  return low;
}

/** What Loki answers: the newest lines of the range, at most as many as asked for, by stream. */
function answered(url) {
  const of = name => Number(url.searchParams.get(name)), [from, to] = [of('start') / 1e6, of('end') / 1e6];
  if (!/orchestrator/.test(url.searchParams.get('query'))) return [];
  const begin = firstBefore(to), streams = new Map();
  for (const it of lines.slice(begin, Math.min(firstBefore(from), begin + (of('limit') || 100)))) {
    if (!streams.has(it.service)) streams.set(it.service, []);
    streams.get(it.service).push([`${it.at}000000`, it.text]);
  }
  return [...streams].map(([service_name, values]) => ({ stream: { service_name }, values }));
}

/** What Tempo finds, at most as many as asked for. */
function found(url) {
  const of = name => Number(url.searchParams.get(name)), [from, to] = [of('start') * 1e3, of('end') * 1e3];
  return traces.filter(it => it.at >= from && it.at < to).slice(0, of('limit') || 20).map(it => it.found);
}

const config = json({ sources: { loki: { url: '.' }, tempo: { url: '.' } }, systems: ['cloudcix'] });
export const needsApp = true, needsWasm = false;
export const routes = [
  [/^\/site-list\/config\.json$/, (_, reply) => reply(config)],
  [/^\/site-list\/loki\/api\/v1\/labels$/, (_, reply) => reply(json({ status: 'success', data: ['service_name'] }))],
  [/^\/site-list\/loki\/api\/v1\/query_range$/, (url, reply) => reply(json({ status: 'success', data: { resultType: 'streams', result: answered(url) } }))],
  [/^\/site-list\/api\/search$/, (url, reply) => reply(json({ traces: found(url), metrics: {} }))],
];
export const mounts = [
  { prefix: '/site-list/', dir: APP },
  { prefix: '/list-floor/', dir: path.join(import.meta.dirname, 'pages/list-floor'), spa: 'index.html' },
];

const OURS = { scroller: () => document.querySelector('.jobs-list .vlist'), row: '.job-row', input: '.jobs-filters input[type=search]', count: '.jobs-counts' };
const FLOOR = { scroller: () => document.getElementById('list'), row: '.row', input: '#find', count: '#count' };
/** As fast as a wheel turns, and so fast that nearly all rows are new in every frame. */
const SPEEDS = [60, 600];

/** ms from a letter typed into the filter to the frame in which the count of what passes has changed. */
async function type({ input: field, count, row }, letters) {
  const frame = () => new Promise(done => requestAnimationFrame(done)), ms = [];
  const input = document.querySelector(field);
  const shown = () => document.querySelector(count).innerText + document.querySelector(row)?.innerText;
  for (const letter of letters) {
    await frame();
    const before = shown(), began = performance.now();
    input.value += letter;
    input.dispatchEvent(new InputEvent('input', { bubbles: true }));
    while (shown() === before && performance.now() - began < 2_000) await frame();
    ms.push(performance.now() - began);
    await new Promise(done => setTimeout(done, 400));
  }
  return ms;
}

/** What the page does under a hand that scrolls and types. */
async function handled(page, view) {
  const frames = {};
  for (const px of SPEEDS) frames[px] = (await page.evaluate(scroll(view, px))).ms;
  const { input, count, row } = view;
  return { frames, typed: await page.evaluate(`(${type})(${JSON.stringify({ input, count, row })}, '3e7')`) };
}

export async function run({ browser, url, runs }) {
  const complete = [], all = [];
  const visit = act => inWindow(browser, act);
  const ours = async page => {
    const range = `from=${END_MS - 3_600_000}&to=${END_MS}`;
    const began = Date.now();
    await page.goto(`${url}/site-list/?page=jobs&${range}&tz=utc`);
    // A person is asked before more lines are read; this one always wants them.
    const further = page.getByRole('button', { name: 'Read further back' });
    const is_whole = () => page.evaluate(() => /^All\s20.000\sjobs of this time\.$/.test(document.querySelector('.jobs-cover [role=status]')?.innerText ?? ''));
    for (const until = Date.now() + 240_000; !await is_whole(); await page.waitForTimeout(50)) {
      if (await further.isVisible()) await further.click({ timeout: 1_000 }).catch(() => {});
      if (Date.now() > until) throw new Error(`never whole\n${await page.locator('body').innerText()}`);
    }
    complete.push(Date.now() - began);
    await page.waitForTimeout(500);
    return handled(page, OURS);
  };
  const floor = async page => {
    await page.goto(`${url}/list-floor/`);
    await page.locator('.row').first().waitFor();
    await page.waitForTimeout(500);
    return handled(page, FLOOR);
  };
  for (let i = 0; i < Math.min(runs, 3); i++) all.push({ floor: await visit(floor), ours: await visit(ours) });
  const of = (who, what) => summarize(all.flatMap(it => what(it[who])));
  const frames = (who, px) => { const it = of(who, it => it.frames[px]); return { ...it, max: it.p95 }; };
  return [
    { name: `20,000 jobs of ${lines.length} lines and ${traces.length} traces, navigation to the complete list`, ours: summarize(complete), against: '' },
    ...SPEEDS.map(px => ({ name: `20,000 jobs, scrolling ${px} px a frame: frame ms (min / median / p95)`, ours: frames('ours', px), peer: frames('floor', px), against: 'floor page', hold: '17 ms at p95' })),
    { name: '20,000 jobs, a letter in the filter to the rows that pass', ours: of('ours', it => it.typed), peer: of('floor', it => it.typed), against: 'floor page', hold: '50 ms' },
  ];
}
