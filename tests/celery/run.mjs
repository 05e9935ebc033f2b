// The Darkroom by hand: the shop at work, its telemetry in real servers, the console on them, until Ctrl-C.
//
//   node tests/celery/run.mjs [DIRECTORY OF THE BUILT APP]
//   EVERY=2s        how often an order comes; one in ten is for a photo that its host refuses
//   LOKI_URL, TEMPO_URL, TEMPO_OTLP_URL: servers that run already; Prometheus is always one of its own
//
// In another terminal, a worker can be killed or the broker stopped by the process ids that are printed.
import path from 'node:path';
import { ROOT } from '../e2e/lib/paths.mjs';
import { sleep } from '../e2e/lib/process.mjs';
import { startStack } from '../e2e/lib/stack.mjs';
import { SYSTEM, openShop, shopPorts } from './lib/shop.mjs';

const app = path.resolve(process.argv[2] ?? path.join(ROOT, 'target/site'));
const everySecs = Number.parseFloat(process.env.EVERY ?? '2');
const tell = line => console.log(`  ${line}`);

const ports = await shopPorts();
console.log('Starting the servers ...');
const stack = await startStack({ app, systemFile: SYSTEM, scrape: ports.scrape, tell });
console.log('Opening the shop ...');
const { loki, tempo } = stack.servers;
const shop = await openShop({ data: stack.data, loki: loki.url, otlp: tempo.otlp, ports, visibilitySecs: 60, tell });

console.log(`\n  Jobscope: ${stack.url}\n\n  Process ids: ${Object.entries(shop.pids()).map(([name, pid]) => `${name} ${pid}`).join(', ')}\n  Logs and data: ${stack.data}\n  Ctrl-C stops all of it.\n`);
const products = ['print', 'print', 'print', 'album', 'poster'];
const pick = list => list[Math.floor(Math.random() * list.length)];
for (;;) {
  const folder = Math.random() < 0.1 ? 'private' : 'photos';
  const wanted = { product: pick(products), photo_url: `${shop.photos}/${folder}/${Math.floor(Math.random() * 1e6)}.jpg`, customer: pick(['ada', 'bob', 'dot', 'kim']), copies: pick([1, 2, 2, 3, 6]) };
  try {
    const { ref } = await shop.order(wanted);
    tell(`${ref}${folder === 'private' ? ', whose host will refuse' : ''}`);
  } catch (error) { tell(error.message); }
  await sleep(everySecs * 1000);
}
