// Deterministic answers: Loki streams and a Prometheus matrix.

/** Unix seconds at which logs and series end. */
export const T0_SECS = 1_760_000_000;

function rng(seed) {
  let s = seed >>> 0;
  return () => ((s = (Math.imul(s, 1664525) + 1013904223) >>> 0) / 4294967296);
}
const below = (r, n) => Math.floor(r() * n);
function hex(r, digits) {
  let out = '';
  for (let i = 0; i < digits; i += 8) out += below(r, 4294967296).toString(16).padStart(8, '0');
  return out.slice(0, digits);
}

const WORDS = 'compile link test fetch upload retry cache miss hit artifact worker queue stage lock release commit shard bucket manifest layer digest token schedule'.split(' ');
const STAGES = ['checkout', 'restore-cache', 'resolve-deps', 'compile', 'unit-test', 'integration-test', 'package', 'publish', 'deploy-canary', 'verify'];
const LEVELS = ['info', 'info', 'info', 'debug', 'warn', 'error'];

/** A Loki query_range answer, newest first in each of 20 streams; half logfmt, half JSON lines of about `bytes`. `meta`: the categorize-labels form. */
export function genLoki(lines, bytes = 200, { meta = false } = {}) {
  const r = rng(9);
  const result = Array.from({ length: 20 }, (_, i) => ({
    stream: { app: `job-runner-${i % 5}`, namespace: 'ci', pod: `job-runner-${i}-${hex(r, 10)}`, container: 'main', level: LEVELS[i % 6], cluster: 'eu-1' },
    values: [],
  }));
  let nanos = BigInt(T0_SECS) * 1_000_000_000n;
  for (let i = 0; i < lines; i++) {
    nanos -= BigInt(1000 + below(r, 40_000_000));
    const level = LEVELS[below(r, 6)], job = `job-${i % 997}`;
    let msg = '';
    while (msg.length < bytes - 120) msg += WORDS[below(r, WORDS.length)] + ' ';
    msg = msg.trim();
    const trace_id = hex(r, 32);
    const line = i & 1
      ? `ts=2026-08-20T10:${String(i % 60).padStart(2, '0')}:11.123Z level=${level} caller=runner.go:${100 + i % 900} trace_id=${trace_id} job=${job} msg="${msg}" dur=${(r() * 900).toFixed(2)}ms`
      : JSON.stringify({ level, ts: T0_SECS + i, trace_id, job, msg, n: below(r, 1e4) });
    const entry = [String(nanos), line];
    if (meta) entry.push({ structuredMetadata: { trace_id, job_id: job }, parsed: {} });
    result[below(r, result.length)].values.push(entry);
  }
  const summary = { bytesProcessedPerSecond: 1e8, linesProcessedPerSecond: 1e5, totalBytesProcessed: lines * bytes, totalLinesProcessed: lines, execTime: 0.31, queueTime: 0.002, totalEntriesReturned: lines };
  return { status: 'success', data: { resultType: 'streams', ...(meta ? { encodingFlags: ['categorize-labels'] } : {}), result, stats: { summary } } };
}

/** A Prometheus query_range answer, 15 s step. */
export function genProm(series, points) {
  const r = rng(5), step = 15, start = T0_SECS - (points - 1) * step;
  const result = Array.from({ length: series }, (_, j) => {
    let v = 10 + j;
    const metric = { __name__: 'job_duration_seconds', instance: `10.2.0.${j}:9100`, job: 'runner', stage: STAGES[j % 10], shard: String(j) };
    const values = Array.from({ length: points }, (_, i) => {
      v = Math.max(0, v + (r() - 0.5));
      return [start + i * step, String(Math.round((v + Math.sin(i / 50)) * 1e6) / 1e6)];
    });
    return { metric, values };
  });
  return { status: 'success', data: { resultType: 'matrix', result } };
}
