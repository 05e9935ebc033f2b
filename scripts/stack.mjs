// The console on real servers with telemetry flowing: history is backfilled, then it runs live, until Ctrl-C.
//
//   node scripts/stack.mjs [DIRECTORY OF THE BUILT APP]
//   STACK=mimir     metrics from Mimir, as a tenant
//   BACKFILL=3h     how much history
//   SCENARIOS=a,b   what breaks (crates/demo/scenarios); all by default
//   SYSTEM=cloudcix whose telemetry (public/systems)
//   LOKI_URL, PROMETHEUS_URL, MIMIR_URL, TEMPO_URL, TEMPO_OTLP_URL: servers that run already
import net from 'node:net';
import path from 'node:path';
import { allScenarios, demoBinary, liveDemo, scenarios, targets } from '../tests/e2e/lib/demo.mjs';
import { ROOT } from '../tests/e2e/lib/paths.mjs';
import { startStack } from '../tests/e2e/lib/stack.mjs';

const app = path.resolve(process.argv[2] ?? path.join(ROOT, 'target/site'));
const { STACK, BACKFILL = '3h', SYSTEM = 'cloudcix', SCENARIOS } = process.env;

console.log('Building the telemetry generator ...');
const demo = demoBinary();
console.log('Starting the servers ...');
// `make dev` looks for the stack on this port; where it is taken, a free one is used.
const port = await new Promise(done => {
  const probe = net.createServer().on('error', () => done(undefined)).listen(8901, '127.0.0.1', () => probe.close(() => done(8901)));
});
const stack = await startStack({ app, port, withMimir: STACK === 'mimir', tell: line => console.log(`  ${line}`) });

console.log(`Writing ${BACKFILL} of history ...`);
const names = SCENARIOS?.split(',') ?? allScenarios();
const running = await liveDemo(demo, [...targets(stack.servers), '--system', SYSTEM, ...scenarios(...names), '--backfill', BACKFILL, '--live'], path.join(stack.data, 'demo.log'));

console.log(`\n  Jobscope: ${stack.url}\n\n  Logs and data: ${stack.data}\n  Ctrl-C stops all of it.`);

// A server that died is named, whatever else still runs.
const watch = setInterval(() => {
  try {
    stack.check();
    const dead = running.died();
    if (dead) throw new Error(dead);
  } catch (error) {
    clearInterval(watch);
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  }
}, 2000);
