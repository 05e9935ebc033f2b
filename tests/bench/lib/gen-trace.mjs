// A deterministic trace of a pipeline, as Jaeger's JSON (for the floor) and as the protobuf that Tempo answers.
import { T0_SECS } from './gen.mjs';

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

const STAGES = ['checkout', 'restore-cache', 'resolve-deps', 'compile', 'unit-test', 'integration-test', 'package', 'publish', 'deploy-canary', 'verify'];
const OPERATIONS = ['exec shell', 'GET /artifacts/{id}', 'PUT /artifacts/{id}', 'db.query SELECT jobs', 'db.query UPDATE job_state', 'redis GET lock', 'queue.publish', 'queue.receive', 's3.PutObject', 's3.GetObject', 'http POST /webhook', 'grpc Worker/Heartbeat'];
const SERVICES = ['scheduler', 'orchestrator', 'worker-a', 'worker-b', 'worker-c', 'artifact-store', 'postgres', 'redis', 'queue', 'notifier'];
const STATEMENT = 'SELECT id, state, updated_at FROM jobs WHERE run_id = $1 AND state IN ($2,$3) ORDER BY priority DESC LIMIT 100';

function makeSpan(r, parent, svc, op, start, dur, kind) {
  const s = { id: hex(r, 16), parent: parent?.id, svc, op, start: Math.round(start), dur: Math.max(1, Math.round(dur)), kind, depth: parent ? parent.depth + 1 : 0, err: r() < 0.015 };
  s.attrs = [
    ['job.id', `job-${below(r, 1e5)}`], ['pipeline.name', 'nightly-release'], ['pipeline.run', 184213],
    ['worker.host', `ip-10-2-${below(r, 255)}-${below(r, 255)}`], ['attempt', 1 + below(r, 3)], ['queue.wait_ms', below(r, 900)],
    ['code.function', `run_${op.split(/\W/)[0].toLowerCase()}`], ['thread.id', below(r, 64)], ['net.peer.name', `${svc}.svc.cluster.local`],
  ];
  if (svc === 'postgres') s.attrs.push(['db.statement', STATEMENT]);
  s.events = r() < 0.06
    ? Array.from({ length: 1 + below(r, 3) }, (_, i) => ({
        t: Math.round(s.start + s.dur * (i + 1) / 4),
        name: s.err ? 'exception' : 'log',
        msg: s.err ? 'TimeoutError: upstream did not answer within 5000ms (attempt 2/3)' : 'retrying after backoff',
      }))
    : [];
  return s;
}

/**
 * {traceId, spans} of a 10-minute pipeline: root, stages, jobs, steps, operations (depth ≤ 7), times in µs nested in the parent's.
 * About 9 attributes a span, events on 6 %, errors on 1.5 %. Breadth-first, as backends do not return depth-first order.
 */
export function genTrace(n, seed = 42) {
  const r = rng(seed), t0 = T0_SECS * 1e6, total = 600e6, spans = [], open = [];
  const traceId = hex(r, 32);
  const add = (...fields) => {
    const s = makeSpan(r, ...fields);
    spans.push(s);
    return s;
  };
  const root = add(null, 'orchestrator', 'pipeline nightly-release', t0, total, 'server');
  STAGES.forEach((stage, i) => {
    if (spans.length < n) open.push(add(root, 'orchestrator', `stage ${stage}`, t0 + total * i / STAGES.length, total / STAGES.length * 0.97, 'internal'));
  });
  for (let next = 0; spans.length < n; next++) {
    const p = open[next % open.length];
    const depth = p.depth + 1, parallel = p.depth === 1;
    const fan = parallel ? Math.max(4, Math.ceil(n / 400)) : 2 + below(r, 5);
    const slot = p.dur * 0.95 / fan;
    let cursor = p.start + p.dur * 0.01;
    for (let k = 0; k < fan && spans.length < n; k++) {
      const svc = depth === 2 ? SERVICES[2 + (k % 3)] : SERVICES[below(r, SERVICES.length)];
      const op = depth === 2 ? `job ${p.op.slice(6)}-${k}` : depth === 3 ? `step ${k} ${OPERATIONS[0]}` : OPERATIONS[below(r, OPERATIONS.length)];
      const start = parallel ? p.start + r() * p.dur * 0.3 : cursor;
      const dur = parallel ? (p.start + p.dur - start) * (0.3 + r() * 0.65) : slot * (0.5 + r() * 0.45);
      const s = add(p, svc, op, start, dur, depth > 3 ? 'client' : 'internal');
      if (depth < 7) open.push(s);
      cursor += slot;
    }
  }
  return { traceId, spans };
}

export function toJaeger({ traceId, spans }) {
  const tag = (key, value, type = typeof value === 'number' ? 'int64' : 'string') => ({ key, type, value });
  const processes = Object.fromEntries(SERVICES.map((serviceName, i) => [`p${i + 1}`, {
    serviceName,
    tags: [tag('hostname', `${serviceName}-7f9c`), tag('telemetry.sdk.language', 'go'), tag('k8s.namespace.name', 'ci')],
  }]));
  const span = s => ({
    traceID: traceId, spanID: s.id, flags: 1, operationName: s.op,
    references: s.parent ? [{ refType: 'CHILD_OF', traceID: traceId, spanID: s.parent }] : [],
    startTime: s.start, duration: s.dur,
    tags: [
      ...s.attrs.map(([k, v]) => tag(k, v)), tag('span.kind', s.kind),
      ...(s.err ? [tag('error', true, 'bool'), tag('otel.status_code', 'ERROR')] : []),
    ],
    logs: s.events.map(e => ({ timestamp: e.t, fields: [tag('event', e.name), tag('message', e.msg)] })),
    processID: `p${SERVICES.indexOf(s.svc) + 1}`, warnings: null,
  });
  return { data: [{ traceID: traceId, spans: spans.map(span), processes, warnings: null }], total: 0, limit: 0, offset: 0, errors: null };
}

// Protobuf, as opentelemetry-proto numbers the fields.
const varint = value => {
  const bytes = [];
  for (let rest = BigInt.asUintN(64, BigInt(value)); ;) {
    const low = Number(rest & 127n);
    rest >>= 7n;
    if (rest === 0n) { bytes.push(low); return Buffer.from(bytes); }
    bytes.push(low | 128);
  }
};
const field = (number, wire, ...parts) => Buffer.concat([varint(number << 3 | wire), ...parts]);
const bytes = (number, body) => { const it = Buffer.isBuffer(body) ? body : Buffer.from(body); return field(number, 2, varint(it.length), it); };
const int = (number, value) => field(number, 0, varint(value));
const fixed64 = (number, value) => { const it = Buffer.alloc(8); it.writeBigUInt64LE(value); return field(number, 1, it); };
const attribute = (number, [key, value]) => bytes(number, Buffer.concat([
  bytes(1, key), bytes(2, typeof value === 'number' ? int(3, value) : bytes(1, value)),
]));
const KINDS = { internal: 1, server: 2, client: 3 };

/** `tempopb.TraceByIDResponse`: what /api/v2/traces/{id} answers to Accept: application/protobuf. */
export function toProtobuf({ traceId, spans }) {
  const nanos = micros => BigInt(micros) * 1000n;
  const trace = Buffer.from(traceId, 'hex');
  const span = s => bytes(2, Buffer.concat([
    bytes(1, trace), bytes(2, Buffer.from(s.id, 'hex')), ...(s.parent ? [bytes(4, Buffer.from(s.parent, 'hex'))] : []),
    bytes(5, s.op), int(6, KINDS[s.kind]), fixed64(7, nanos(s.start)), fixed64(8, nanos(s.start + s.dur)),
    ...s.attrs.map(it => attribute(9, it)),
    ...s.events.map(e => bytes(11, Buffer.concat([fixed64(1, nanos(e.t)), bytes(2, e.name), attribute(3, ['message', e.msg])]))),
    bytes(15, s.err ? Buffer.concat([bytes(2, 'failed'), int(3, 2)]) : Buffer.alloc(0)), // Tempo writes an empty one, too
  ]));
  const byService = new Map();
  for (const s of spans) {
    if (!byService.has(s.svc)) byService.set(s.svc, []);
    byService.get(s.svc).push(span(s));
  }
  const resourceSpans = [...byService].map(([svc, own]) => bytes(1, Buffer.concat([
    bytes(1, Buffer.concat([['service.name', svc], ['k8s.namespace.name', 'ci'], ['host.name', `${svc}-7f9c`]].map(it => attribute(1, it)))),
    bytes(2, Buffer.concat([bytes(1, Buffer.concat([bytes(1, 'ci/otel'), bytes(2, '1.4.0')])), ...own])),
  ])));
  return bytes(1, Buffer.concat(resourceSpans));
}
