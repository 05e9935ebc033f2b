// The telemetry generator, `cargo run -p demo`: believable jobs for the servers of a stack.
import fs from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { ROOT } from './paths.mjs';
import { start, until } from './process.mjs';

/** Builds the generator and returns its binary. */
export function demoBinary() {
  if (process.env.DEMO_BIN) return process.env.DEMO_BIN;
  execFileSync('cargo', ['build', '--quiet', '--package', 'demo'], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  const target = process.env.CARGO_TARGET_DIR ?? path.join(ROOT, 'target');
  return path.join(target, 'debug', 'demo');
}

/** Arguments that point the generator at the servers. */
export function targets({ loki, prometheus, tempo, mimir }, tenant = 'jobscope') {
  const args = ['--loki', loki.url, '--prometheus', prometheus.url];
  if (tempo.otlp) args.push('--tempo-otlp', tempo.otlp);
  if (mimir) args.push('--mimir', mimir.url, '--tenant', tenant);
  return args;
}

const SCENARIOS = path.join(ROOT, 'crates/demo/scenarios');

/** Every system whose telemetry can be written. */
export const SYSTEMS = JSON.parse(fs.readFileSync(path.join(ROOT, 'public/config.json'), 'utf8')).systems;

/** Arguments for shipped scenarios: `calm` is cloudcix's, `metamock/calm` another system's. */
export const scenarios = (...names) => names.flatMap(name => ['--scenario', path.join(SCENARIOS, `${name.includes('/') ? '' : 'cloudcix/'}${name}.json`)]);

/** Every scenario that is shipped for a system. */
export const allScenarios = (system = 'cloudcix') => fs.readdirSync(path.join(SCENARIOS, system)).filter(it => it.endsWith('.json')).map(it => `${system}/${it.slice(0, -5)}`);

/** Scenarios that stand in the way of the others, and tell most while they last: tests/e2e/scenarios.test.mjs has them alone. */
export const HOLDING = {
  cloudcix: ['queue-stall', 'requeue-loop', 'workers-frozen'], diffusion: ['workers-gone'], metamock: ['workers-gone'],
  pixerase: ['workers-gone'], 'trung-dev': ['workers-gone'],
};

/** Every shipped scenario of a system that does not stand in the way of the others. */
export const togetherScenarios = system => allScenarios(system).filter(it => !HOLDING[system].includes(it.split('/')[1]));

/** Runs the generator to its end; returns what it printed. */
export const runDemo = (binary, args) => execFileSync(binary, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });

/** Writes one system's telemetry with everything that can break in it; returns the ground truth. */
export function writeSystem(binary, servers, system, args) {
  const truth = runDemo(binary, [...targets(servers), '--system', system, ...scenarios(...togetherScenarios(system)), '--running-job', '5m', '--stuck-jobs', '2', ...args]);
  return JSON.parse(truth);
}

/** Starts the generator and leaves it running. */
export const liveDemo = (binary, args, log) => start({ name: 'demo', command: binary, args, log, cwd: ROOT });

/**
 * Waits until a search finds the newest of cloudcix's jobs whose trace was kept, and anything at the beginning: spans are
 * searched once they have left the ingester's live traces, and old ones once their block has left the ingester.
 */
export async function searchable(tempo, truth) {
  const secs = moment => Number(BigInt(moment.ns) / 1_000_000_000n), [start, end] = [secs(truth.start), secs(truth.end)];
  const [newest] = truth.examples['done whole'];
  // One that was started here makes blocks of what it holds when it is told to, and need not be waited for.
  if (!process.env.TEMPO_URL) await fetch(`${tempo.url}/flush`);
  const parts = [[`{ span.job.id = "${newest.job_id}" }`, start, end + 1], ['{ resource.service.name = "scraper" }', start, start + 900]];
  for (const [q, from, to] of parts) {
    await until('the traces cannot be searched', async () => {
      const found = await (await fetch(`${tempo.url}/api/search?${new URLSearchParams({ q, start: from, end: to })}`)).json();
      return found.traces?.length;
    }, { seconds: 180, everyMs: 1000 });
  }
}
