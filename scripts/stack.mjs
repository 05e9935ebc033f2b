// The console on real servers with telemetry flowing: history is backfilled, then it runs live, until Ctrl-C.
//
//   node scripts/stack.mjs [DIRECTORY OF THE BUILT APP]
//   STACK=mimir     metrics from Mimir, as a tenant
//   BACKFILL=3h     how much history
//   SCENARIOS=a,b   what breaks (crates/demo/scenarios/SYSTEM); all by default
//   SYSTEM=cloudcix whose telemetry (public/systems): one, several (a,b), or all
//   LOKI_URL, PROMETHEUS_URL, MIMIR_URL, TEMPO_URL, TEMPO_OTLP_URL: servers that run already
import net from 'node:net';
import path from 'node:path';
import { SYSTEMS, allScenarios, demoBinary, liveDemo, scenarios, targets } from '../tests/e2e/lib/demo.mjs';
import { ROOT } from '../tests/e2e/lib/paths.mjs';
import { startStack } from '../tests/e2e/lib/stack.mjs';

const app = path.resolve(process.argv[2] ?? path.join(ROOT, 'target/site'));
const { STACK, BACKFILL = '3h', SYSTEM = 'cloudcix', SCENARIOS } = process.env;

const systems = SYSTEM === 'all' ? SYSTEMS : SYSTEM.split(',');
const unknown = systems.filter(it => !SYSTEMS.includes(it));
if (unknown.length) {
  console.error(`SYSTEM=${SYSTEM}: ${unknown.join(', ')} is none of ${SYSTEMS.join(', ')}, all`);
  process.exit(1);
}
/** What breaks in a system: what SCENARIOS names of it, else everything. */
const broken = system => {
  const shipped = allScenarios(system);
  return SCENARIOS ? shipped.filter(it => SCENARIOS.split(',').includes(path.basename(it))) : shipped;
};

console.log('Building the telemetry generator ...');
const demo = demoBinary();
console.log('Starting the servers ...');
// `make dev` looks for the stack on this port; where it is taken, a free one is used.
const port = await new Promise(done => {
  const probe = net.createServer().on('error', () => done(undefined)).listen(8901, '127.0.0.1', () => probe.close(() => done(8901)));
});
const stack = await startStack({ app, port, withMimir: STACK === 'mimir', tell: line => console.log(`  ${line}`) });

console.log(`Writing ${BACKFILL} of history ...`);
// Each writes streams and series of its own, so that all can share the servers.
const running = await Promise.all(systems.map(system => liveDemo(demo, [
  ...targets(stack.servers), '--system', system, ...scenarios(...broken(system)), '--backfill', BACKFILL,
  '--running-job', '2m', '--stuck-jobs', '2', '--summary', path.join(stack.data, `${system}.json`), '--live',
], path.join(stack.data, `demo-${system}.log`))));

const [first] = systems;
const address = first === SYSTEMS[0] ? stack.url : `${stack.url}?sys=${first}`;
console.log(`\n  Jobscope: ${address}\n\n  Logs and data: ${stack.data}\n  Ctrl-C stops all of it.`);

// Without one of them the rest is of no use: what died is named with its log, all is stopped, and the logs stay.
const watch = setInterval(async () => {
  try {
    stack.check();
    const dead = running.map(it => it.died()).find(Boolean);
    if (dead) throw new Error(dead);
  } catch (error) {
    clearInterval(watch);
    console.error(`\n${error.message}\n\nStopping all of it. Logs and data are kept in ${stack.data}`);
    process.env.KEEP = '1';
    await Promise.all(running.map(it => it.stop()));
    await stack.stop();
    process.exit(1);
  }
}, 2000);
