// The job page of the release build, cold: navigation to painted, when its first question leaves, its longest task.
// The peer is a page with nothing in it: what Chromium charges for any page. And what each page's first visit downloads.
import { APP } from './lib/app.mjs';
import { MOST_KIB, firstLoads, kib } from '../first-load.mjs';
import { json } from './lib/serve.mjs';

const JOB = 'job-bench-1', TRACE = '0af7651916cd43dd8448eb211c80319c';
const END_MS = 1_760_000_000_000, N_LINES = 400;

// A job that was tried again at its stages: forty lines tell of its life, the others of the work.
const SERVICES = ['scraper', 'chunking', 'embedding-api'], LIFE = ['task_started', 'task_retrying', 'task_started', 'task_succeeded'];
const line = i => {
  const stage = Math.min(Math.floor(i / (N_LINES / 3)), 2), tells = i % 10 === 0;
  const event = i === 0 ? 'job_submitted' : i === N_LINES - 1 ? 'embed_failed' : tells ? LIFE[(i / 10) % 4] : 'page_read';
  return JSON.stringify({
    timestamp: new Date(END_MS - (N_LINES - i) * 400).toISOString(), level: i === N_LINES - 1 ? 'ERROR' : event === 'task_retrying' ? 'WARNING' : 'INFO',
    service: i === 0 ? 'orchestrator' : SERVICES[stage], trace_id: TRACE, job_id: JOB, event, task: ['scrape_task', 'chunk_task', 'embed_task'][stage], task_id: `t-${stage}`, url: 'https://docs.example.org/guide',
  });
};
const lines = json({ status: 'success', data: { resultType: 'streams', result: [{
  stream: { service_name: 'scraper' },
  values: Array.from({ length: N_LINES }, (_, i) => [`${END_MS - (N_LINES - i) * 400}000000`, line(i)]).reverse(),
}] } });
const config = json({ sources: { loki: { url: '.' }, prometheus: { url: 'prometheus' }, tempo: { url: 'tempo' } }, systems: ['cloudcix'] });

export const needsApp = true, needsWasm = false;
export const routes = [
  [/^\/site\/config\.json$/, (_, reply) => reply(config)],
  [/^\/site\/loki\/api\/v1\/labels$/, (_, reply) => reply(json({ status: 'success', data: ['service_name'] }))],
  [/^\/site\/loki\/api\/v1\/query_range$/, (_, reply) => reply(lines)],
  [/^\/site\/tempo\/api\/search$/, (_, reply) => reply(json({ traces: [], metrics: {} }))],
  [/^\/site\/tempo\/api\/v2\/traces\//, (_, reply) => reply(json({ trace: {}, metrics: {} }))],
];
export const mounts = [{ prefix: '/site/', dir: APP }];

export async function run({ cold, runs, summarize }) {
  const page = { painted: [], asked: [], task: [] }, empty = [];
  const range = `from=${END_MS - 3_600_000}&to=${END_MS}`;
  for (let i = 0; i < runs; i++) {
    empty.push(await cold('/empty', () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))));
    const it = await cold(`/site/?page=job&job=${JOB}&${range}&tz=utc`, () => new Promise((done, failed) => {
      let longest = 0;
      new PerformanceObserver(list => { for (const task of list.getEntries()) longest = Math.max(longest, task.duration); }).observe({ type: 'longtask', buffered: true });
      const give = setTimeout(() => failed(new Error('the job page was not painted in 20 s')), 20_000);
      const look = () => {
        if (document.querySelectorAll('.tl-row').length < 3 || document.querySelectorAll('.lv').length < 5) return requestAnimationFrame(look);
        requestAnimationFrame(() => requestAnimationFrame(() => {
          clearTimeout(give);
          const questions = performance.getEntriesByType('resource').filter(it => /\/(loki|tempo)\//.test(it.name));
          const painted = performance.now();
          setTimeout(() => done({ painted, asked: Math.min(...questions.map(it => it.startTime)), longest }), 200);
        }));
      };
      look();
    }));
    page.painted.push(it.painted); page.asked.push(it.asked); page.task.push(it.longest);
  }
  const { programs, files } = firstLoads(APP);
  const weights = Object.keys(programs).map(first => (
    { name: `first load of ${first}, KiB of brotli`, ours: summarize([kib(files(first))]), against: '', hold: `${MOST_KIB} KiB` }));
  return [
    ...weights,
    { name: 'job page, navigation to painted', ours: summarize(page.painted), peer: summarize(empty), against: 'empty page' },
    { name: 'job page, first question leaves', ours: summarize(page.asked), against: 'navigation start' },
    { name: 'job page, longest task (0: under 50 ms)', ours: summarize(page.task), against: '', hold: '50 ms' },
  ];
}
