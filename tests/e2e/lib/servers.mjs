// Real Loki, Prometheus, Mimir and Tempo, each on free ports with a data directory of its own,
// or the ones that run already: LOKI_URL, PROMETHEUS_URL, MIMIR_URL, TEMPO_URL and TEMPO_OTLP_URL. `own` asks for new ones
// all the same, for telemetry that would not stand beside what the others hold.
import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { parse, stringify } from 'yaml';
import { freePorts } from './ports.mjs';
import { ROOT, serverBinary } from './paths.mjs';
import { answers, start } from './process.mjs';

const there = url => ({ url: url.replace(/\/$/, ''), died: () => undefined, stop: async () => {} });

function room(data, name, config) {
  const directory = path.join(data, name);
  fs.mkdirSync(directory, { recursive: true });
  const file = path.join(directory, 'config.yaml');
  fs.writeFileSync(file, config(directory));
  return { directory, file, log: path.join(directory, 'output.log') };
}

/** History may be pushed in: old samples are taken, and what is in the ingester is searched whatever its age. */
export async function loki(data, { own } = {}) {
  if (process.env.LOKI_URL && !own) return there(process.env.LOKI_URL);
  const [http, grpc] = await freePorts(2);
  const { file, log } = room(data, 'loki', directory => `
auth_enabled: false
server: {http_listen_address: 127.0.0.1, http_listen_port: ${http}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpc}, log_level: warn}
common:
  instance_addr: 127.0.0.1
  path_prefix: ${directory}
  storage: {filesystem: {chunks_directory: ${directory}/chunks, rules_directory: ${directory}/rules}}
  replication_factor: 1
  ring: {kvstore: {store: inmemory}}
ingester:
  query_store_max_look_back_period: -1
  chunk_encoding: snappy
  lifecycler: {min_ready_duration: 0s}
  wal: {dir: ${directory}/wal}
schema_config: {configs: [{from: 2020-10-24, store: tsdb, object_store: filesystem, schema: v13, index: {prefix: index_, period: 24h}}]}
limits_config:
  reject_old_samples: false
  volume_enabled: true
  allow_structured_metadata: true
  ingestion_rate_mb: 64
  ingestion_burst_size_mb: 128
  per_stream_rate_limit: 64MB
  per_stream_rate_limit_burst: 128MB
pattern_ingester: {enabled: true, lifecycler: {min_ready_duration: 0s}}
frontend: {encoding: protobuf, scheduler_dns_lookup_period: 500ms}
frontend_worker: {dns_lookup_duration: 500ms}
analytics: {reporting_enabled: false}
`);
  const url = `http://127.0.0.1:${http}`;
  const server = await start({ name: 'Loki', command: serverBinary('loki'), args: [`-config.file=${file}`], log, ready: `${url}/ready` });
  return { ...server, url };
}

/** scrape: {job: host:port} that it asks for metrics every five seconds; then it is one of its own, whatever runs already. */
export async function prometheus(data, { scrape = {}, own } = {}) {
  const jobs = Object.entries(scrape);
  if (process.env.PROMETHEUS_URL && !jobs.length && !own) return there(process.env.PROMETHEUS_URL);
  const [http] = await freePorts(1);
  const { directory, file, log } = room(data, 'prometheus', () => `
global: {scrape_interval: 5s}
storage: {tsdb: {out_of_order_time_window: 24h}, exemplars: {max_exemplars: 100000}}
scrape_configs: [${jobs.map(([job, target]) => `{job_name: ${job}, static_configs: [{targets: ["${target}"]}]}`).join(', ')}]
`);
  const url = `http://127.0.0.1:${http}`;
  const server = await start({
    name: 'Prometheus', command: serverBinary('prometheus'), log, ready: `${url}/-/ready`,
    args: [`--config.file=${file}`, `--storage.tsdb.path=${directory}/data`, `--web.listen-address=127.0.0.1:${http}`,
      '--web.enable-remote-write-receiver', '--web.enable-otlp-receiver', '--enable-feature=exemplar-storage', '--log.level=warn'],
  });
  return { ...server, url };
}

/** With tenants: a question without X-Scope-OrgID is refused. The API lives under /prometheus. */
export async function mimir(data) {
  if (process.env.MIMIR_URL) return there(process.env.MIMIR_URL);
  const [http, grpc, members] = await freePorts(3);
  const ring = '{instance_addr: 127.0.0.1, kvstore: {store: inmemory}}';
  const one = '{instance_addr: 127.0.0.1, kvstore: {store: inmemory}, replication_factor: 1}';
  const { file, log } = room(data, 'mimir', directory => `
multitenancy_enabled: true
blocks_storage: {backend: filesystem, bucket_store: {sync_dir: ${directory}/sync}, filesystem: {dir: ${directory}/data}, tsdb: {dir: ${directory}/tsdb}}
compactor: {data_dir: ${directory}/compactor, sharding_ring: ${ring}}
distributor: {ring: ${ring}}
ingester: {ring: {instance_addr: 127.0.0.1, kvstore: {store: inmemory}, replication_factor: 1, min_ready_duration: 0s}}
store_gateway: {sharding_ring: ${one}}
frontend: {address: 127.0.0.1}
query_scheduler: {ring: ${ring}}
ruler: {ring: ${ring}}
ruler_storage: {backend: filesystem, filesystem: {dir: ${directory}/rules}}
server: {http_listen_address: 127.0.0.1, http_listen_port: ${http}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpc}, log_level: error}
memberlist: {bind_addr: [127.0.0.1], bind_port: ${members}}
limits: {ingestion_rate: 1000000, ingestion_burst_size: 10000000, out_of_order_time_window: 24h, max_global_exemplars_per_user: 100000}
activity_tracker: {filepath: ${directory}/activity.log}
usage_stats: {enabled: false}
`);
  const url = `http://127.0.0.1:${http}`;
  const server = await start({ name: 'Mimir', command: serverBinary('mimir'), args: [`-config.file=${file}`], log, ready: `${url}/ready`, cwd: path.dirname(file) });
  return { ...server, url };
}

/** The 2.2 line, which is what can be built from Go modules, or a Tempo 3 that is named by TEMPO_BIN; `otlp` takes spans. */
export async function tempo(data, { own } = {}) {
  if (process.env.TEMPO_URL && !own) return { ...there(process.env.TEMPO_URL), otlp: process.env.TEMPO_OTLP_URL };
  const ports = await freePorts(4), [http, , otlp] = ports;
  const command = serverBinary('tempo');
  const config = isTempo3(command) ? tempo3 : tempo2;
  const { file, log } = room(data, 'tempo', directory => config(directory, ports));
  const url = `http://127.0.0.1:${http}`;
  const server = await start({
    name: 'Tempo', command, args: [`-config.file=${file}`], log,
    ready: async () => await answers(`${url}/ready`) && await answers(`${url}/api/echo`),
  });
  return { ...server, url, otlp: `http://127.0.0.1:${otlp}` };
}

/** Whether a Tempo is of the 3 line, whose ingesters are live stores. */
export function isTempo3(command) {
  const { stdout, stderr } = spawnSync(command, ['-help'], { encoding: 'utf8' });
  return /-live-store\./.test(stdout + stderr);
}

const tempo2 = (directory, [http, grpc, otlp, members]) => `
target: all
server: {http_listen_address: 127.0.0.1, http_listen_port: ${http}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpc}, log_level: warn}
distributor: {receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${otlp}"}}}}}
ingester:
  trace_idle_period: 2s
  max_block_duration: 30s
  flush_check_period: 2s
  lifecycler: {address: 127.0.0.1, min_ready_duration: 0s, ring: {kvstore: {store: inmemory}, replication_factor: 1}}
# Where the spans of one trace come minutes apart, this Tempo's compactor takes gigabytes of memory and disk to join them.
compactor: {disabled: true}
storage:
  trace:
    backend: local
    blocklist_poll: 5s
    wal: {path: ${directory}/wal, ingestion_time_range_slack: 8760h}
    local: {path: ${directory}/blocks}
usage_report: {reporting_enabled: false}
memberlist: {bind_addr: [127.0.0.1], bind_port: ${members}, abort_if_cluster_join_fails: false}
overrides: {max_bytes_per_trace: 200000000, ingestion_rate_limit_bytes: 200000000, ingestion_burst_size_bytes: 200000000, max_traces_per_user: 1000000}
`;

/** The one of deploy/compose, with its directories and addresses moved. */
export function tempo3(directory, [http, grpc, otlp, members]) {
  const config = parse(fs.readFileSync(path.join(ROOT, 'deploy/compose/tempo.yaml'), 'utf8').replaceAll('/var/tempo/', `${directory}/`));
  Object.assign(config.server, { http_listen_address: '127.0.0.1', http_listen_port: http, grpc_listen_address: '127.0.0.1', grpc_listen_port: grpc });
  config.distributor.receivers.otlp.protocols.http.endpoint = `127.0.0.1:${otlp}`;
  config.memberlist.bind_port = members;
  return stringify(config);
}
