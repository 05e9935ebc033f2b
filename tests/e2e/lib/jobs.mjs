// Single jobs, written out by hand and pushed into the real servers: what a test must know exactly.
// The lines are those of the `cloudcix` system: JSON, the job in the field `job_id`.
import crypto from 'node:crypto';

const hex = bytes => crypto.randomBytes(bytes).toString('hex');
const ns = ms => `${BigInt(Math.round(ms * 1000)) * 1000n}`;

/** Ids of a new job. */
export const newJob = () => ({ id: `job-${hex(4)}-${hex(2)}`, trace: hex(16), task: crypto.randomUUID() });

/**
 * Pushes lines: [milliseconds since the epoch, service, {event, …}], each carrying the job's id.
 * Every push is a stream of its own, because Loki refuses what is much older than a stream's newest.
 */
export async function writeLines(loki, job, lines) {
  const streams = new Map();
  for (const [ms, service, fields] of lines) {
    const line = JSON.stringify({ timestamp: new Date(ms).toISOString(), level: 'info', service, job_id: job.id, ...fields });
    if (!streams.has(service)) streams.set(service, []);
    streams.get(service).push([ns(ms), line]);
  }
  const body = { streams: [...streams].map(([service, values]) => ({ stream: { service_name: service, instance: hex(6) }, values })) };
  const answer = await fetch(`${loki}/loki/api/v1/push`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`Loki refused: ${answer.status} ${await answer.text()}`);
}

/** Pushes spans of one trace: {service, name, kind, from, to (ms), id, parent, error, attrs}. */
export async function writeSpans(otlp, job, spans) {
  const value = it => (typeof it === 'number' ? { intValue: `${it}` } : { stringValue: it });
  const body = {
    resourceSpans: spans.map(span => ({
      resource: { attributes: [{ key: 'service.name', value: { stringValue: span.service } }] },
      scopeSpans: [{
        scope: { name: 'test' },
        spans: [{
          traceId: job.trace, spanId: span.id ?? hex(8), parentSpanId: span.parent ?? '', name: span.name, kind: span.kind ?? 1,
          startTimeUnixNano: ns(span.from), endTimeUnixNano: ns(span.to), status: span.error ? { code: 2, message: span.error } : {},
          attributes: Object.entries({ 'job.id': job.id, ...span.attrs }).map(([key, it]) => ({ key, value: value(it) })),
        }],
      }],
    })),
  };
  const answer = await fetch(`${otlp}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`Tempo refused: ${answer.status} ${await answer.text()}`);
}

const submitted = (at, trace) => [at, 'orchestrator', { event: 'job_submitted', trace_id: trace, url: 'https://docs.example.org/guide' }];

/** A job whose scrape was answered 403 three times: lines and spans; its last attempt is the span `profiled`, where that is given. Returns its ids. */
export async function failedJob({ loki, tempo }, at, profiled) {
  const job = newJob();
  const task_id = job.task;
  const attempt = (seconds, retries, fields) => [at + seconds * 1000, 'scraper', { trace_id: job.trace, task: 'scrape_task', task_id, retries, ...fields }];
  const error = 'docs.example.org answered 403';
  await writeLines(loki.url, job, [
    submitted(at, job.trace),
    [at + 100, 'orchestrator', { event: 'stage_queued', stage: 'scrape', queue: 'scrape_jobs', task_id, trace_id: job.trace }],
    attempt(2, 0, { event: 'task_started' }),
    attempt(5, 0, { event: 'task_retrying', level: 'warning', reason: error, error_code: 'http_403' }),
    attempt(20, 1, { event: 'task_started' }),
    attempt(24, 1, { event: 'task_retrying', level: 'warning', reason: error, error_code: 'http_403' }),
    attempt(60, 2, { event: 'task_started' }),
    attempt(63, 2, { event: 'scrape_failed', level: 'error', failed_stage: 'scraping', error_code: 'http_403', error, url: 'https://docs.example.org/guide' }),
    [at + 63500, 'orchestrator', { event: 'job_failed', level: 'error', failed_stage: 'scraping', error_code: 'http_403', trace_id: job.trace }],
  ]);
  const root = hex(8);
  const run = (from, to, retries) => ({
    service: 'scraper', name: 'run/scrape_task', kind: 5, parent: root, id: retries === 2 ? profiled : undefined, from: at + from * 1000, to: at + to * 1000, error,
    attrs: { 'job.stage': 'scrape', 'celery.action': 'run', 'celery.task_name': 'scrape_task', 'celery.retries': retries, 'celery.state': retries === 2 ? 'FAILURE' : 'RETRY', 'messaging.message.id': task_id, 'failed.stage': 'scraping', ...(retries === 2 && profiled ? { 'pyroscope.profile.id': profiled } : {}) },
  });
  await writeSpans(tempo.otlp, job, [
    { service: 'orchestrator', name: 'apply_async/scrape_task', kind: 4, id: root, from: at + 50, to: at + 120, attrs: { 'job.stage': 'scrape', 'celery.action': 'apply_async', 'messaging.message.id': task_id } },
    run(2, 5, 0), run(20, 24, 1), run(60, 63, 2),
  ]);
  return job;
}

/** Lines of a job up to the stage `until` (scrape, chunk, embed, done), without any span: sampling dropped the trace. */
export function goodLines(job, at, until = 'done') {
  const stages = [['scrape', 'scraper', 3], ['chunk', 'chunking', 2], ['embed', 'embedding-api', 6]];
  const lines = [submitted(at, job.trace)];
  let now = at + 200;
  for (const [stage, service, seconds] of stages) {
    const fields = { trace_id: job.trace, task: `${stage}_task`, task_id: crypto.randomUUID() };
    lines.push([now, 'orchestrator', { event: 'stage_queued', stage, trace_id: job.trace, task_id: fields.task_id }]);
    lines.push([now + 1000, service, { event: 'task_started', ...fields }]);
    if (stage === until) return lines;
    now += 1000 + seconds * 1000;
    lines.push([now, service, { event: { scrape: 'scrape_completed', chunk: 'chunk_completed', embed: 'embed_completed' }[stage], duration_ms: seconds * 1000, ...fields }]);
    now += 100;
  }
  lines.push([now + 50, 'orchestrator', { event: 'job_completed', status: 'done', trace_id: job.trace }]);
  return lines;
}
