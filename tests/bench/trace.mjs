// The trace tab of the release build: a trace of 1,000, 10,000 and 50,000 spans, cold, against a hand-written page without a
// framework that shows the same trace (pages/trace-floor: no axis, no errors, no log lines). The floor reads Jaeger's JSON,
// the app the protobuf that Tempo gives. Further: frames while scrolling fast, memory, the longest task.
import path from 'node:path';
import { T0_SECS } from './lib/gen.mjs';
import { genTrace, toJaeger, toProtobuf } from './lib/gen-trace.mjs';
import { memory } from './lib/memory.mjs';
import { APP } from './lib/app.mjs';
import { scroll } from './lib/scroll.mjs';
import { json } from './lib/serve.mjs';
import { summarize } from './lib/stats.mjs';
import { inWindow } from './lib/window.mjs';

const SIZES = [1_000, 10_000, 50_000], HOLD = { 10_000: 0.85, 50_000: 0.7 };
const PROTOBUF = { 'content-type': 'application/protobuf' };
const bodies = new Map();
const traceOf = size => {
  if (!bodies.has(size)) {
    const trace = genTrace(size, 42 + size);
    bodies.set(size, { id: trace.traceId, jaeger: json(toJaeger(trace)), protobuf: toProtobuf(trace) });
  }
  return bodies.get(size);
};
const byId = url => SIZES.map(traceOf).find(it => it.id === url.pathname.split('/').pop());
const config = json({ sources: { loki: { url: '.' }, prometheus: { url: 'prometheus' }, tempo: { url: 'tempo' } }, systems: ['cloudcix'] });
const noLines = json({ status: 'success', data: { resultType: 'streams', result: [] } });

export const needsApp = true, needsWasm = false;
export const routes = [
  [/^\/site-trace\/config\.json$/, (_, reply) => reply(config)],
  [/^\/api\/traces\//, (url, reply) => reply(byId(url).jaeger)],
  [/^\/site-trace\/tempo\/api\/v2\/traces\//, (url, reply) => reply(byId(url).protobuf, PROTOBUF)],
  [/^\/site-trace\/tempo\/api\/search$/, (_, reply) => reply(json({ traces: [], metrics: {} }))],
  [/^\/site-trace\/loki\/api\/v1\/labels$/, (_, reply) => reply(json({ status: 'success', data: ['service_name'] }))],
  [/^\/site-trace\/loki\/api\/v1\/query_range$/, (_, reply) => reply(noLines)],
];
export const mounts = [
  { prefix: '/site-trace/', dir: APP },
  { prefix: '/floor/', dir: path.join(import.meta.dirname, 'pages/trace-floor'), spa: 'index.html' },
];

const PAGES = {
  ours: {
    url: size => `/site-trace/?page=job&tab=trace&job=${traceOf(size).id}&from=${(T0_SECS - 600) * 1000}&to=${(T0_SECS + 1200) * 1000}&tz=utc`,
    ready: () => document.querySelectorAll('.wf-row:not([hidden])').length >= 10 && document.querySelector('.wf-map canvas')?.width > 400,
    scroller: () => document.querySelector('.wf-rows'),
    row: '.wf-row',
  },
  floor: {
    url: size => `/floor/${traceOf(size).id}`,
    ready: () => document.querySelectorAll('.span-row').length >= 10,
    scroller: () => document.scrollingElement,
    row: '.span-row',
  },
};

/** Before any script of the page: notes long tasks, asks in every frame whether it is ready, then waits two frames. */
const watch = ready => `(() => {
  const ready = ${ready}, seen = globalThis.seen = { longest: 0 };
  new PerformanceObserver(list => { for (const it of list.getEntries()) seen.longest = Math.max(seen.longest, it.duration); }).observe({ type: 'longtask', buffered: true });
  const look = () => ready() ? requestAnimationFrame(() => requestAnimationFrame(() => { seen.painted = performance.now(); })) : requestAnimationFrame(look);
  requestAnimationFrame(look);
})()`;

export async function run({ browser, url, runs }) {
  const visit = (page, size, more) => inWindow(browser, async (tab, context) => {
    await tab.addInitScript(watch(page.ready));
    await tab.goto(url + page.url(size), { waitUntil: 'commit' });
    await tab.waitForFunction(() => globalThis.seen?.painted, null, { timeout: 60_000, polling: 50 });
    await tab.waitForTimeout(700);
    const seen = await tab.evaluate(() => globalThis.seen);
    return { ...seen, ...await more?.(context, tab) };
  });
  const rows = [];
  const biggest = SIZES.at(-1);
  for (const size of SIZES) {
    const ours = [], floor = [];
    for (let i = 0; i < runs; i++) {
      floor.push(await visit(PAGES.floor, size));
      ours.push(await visit(PAGES.ours, size));
    }
    const { jaeger, protobuf } = traceOf(size), mb = it => (it.length / 1e6).toFixed(1);
    const name = `trace of ${size.toLocaleString('en')} spans (${mb(protobuf)} MB, floor ${mb(jaeger)} MB)`;
    rows.push({ name: `${name}, navigation to painted`, ours: summarize(ours.map(it => it.painted)), peer: summarize(floor.map(it => it.painted)), against: 'floor page', hold: HOLD[size] });
    rows.push({ name: `${size.toLocaleString('en')} spans, longest task (0: under 50 ms)`, ours: summarize(ours.map(it => it.longest)), peer: summarize(floor.map(it => it.longest)), against: 'floor page', hold: '50 ms' });
  }
  const detail = page => visit(page, biggest, async (context, tab) => {
    const session = await context.newCDPSession(tab);
    await session.send('Performance.enable');
    const used = await memory(browser, tab, session);
    return { ...used, ...await tab.evaluate(scroll(page)) };
  });
  const ours = [], floor = [];
  for (let i = 0; i < Math.min(runs, 3); i++) { floor.push(await detail(PAGES.floor)); ours.push(await detail(PAGES.ours)); }
  const frames = all => { const it = summarize(all.flatMap(each => each.ms)); return it && { ...it, max: it.p95 }; };
  const memoryOf = all => summarize(all.map(it => it.privateMB));
  rows.push({ name: `${biggest.toLocaleString('en')} spans, scrolling 600 px a frame: frame ms (min / median / p95)`, ours: frames(ours), peer: frames(floor), against: 'floor page', hold: '17 ms at p95' });
  rows.push({ name: 'frames without rows, percent', ours: summarize(ours.map(it => it.blank * 100)), peer: summarize(floor.map(it => it.blank * 100)), against: 'floor page' });
  rows.push({ name: `${biggest.toLocaleString('en')} spans, private memory of the page in MB`, ours: memoryOf(ours), peer: memoryOf(floor), against: 'floor page', hold: '100 MB' });
  return rows;
}
