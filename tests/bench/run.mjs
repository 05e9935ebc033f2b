// `cargo xtask bench`: what is fast, as ratios to a peer or to what the browser itself charges, in one run of one browser.
//
//   node tests/bench/run.mjs [--only decode,chart,jobs,page,list,trace] [--runs 9]
//   APP=DIR node tests/bench/run.mjs   measures the release build in that directory instead of making one
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { launch } from '../e2e/lib/chromium.mjs';
import { ROOT } from './lib/app.mjs';
import { reply, serve } from './lib/serve.mjs';
import { printTable, ratio, spread, summarize } from './lib/stats.mjs';
import { inWindow } from './lib/window.mjs';

const { values: args } = parseArgs({ options: { only: { type: 'string', default: 'decode,chart,jobs,page,list,trace' }, runs: { type: 'string', default: '9' } } });
const runs = Number(args.runs);
const benches = await Promise.all(args.only.split(',').map(name => import(`./${name}.mjs`)));

const wasm = path.join(ROOT, 'target/bench');
if (benches.some(it => it.needsApp) && !process.env.APP) execFileSync(path.join(ROOT, 'scripts/build'), ['target/site'], { stdio: 'ignore' });
// Benches of the whole app need the app alone.
if (benches.some(it => it.needsWasm !== false)) execFileSync(path.join(ROOT, 'scripts/build-bench'), [wasm], { stdio: 'inherit' });

const server = await serve({
  routes: [
    [/^\/empty$/, (_, res) => reply(res, '<!doctype html><title>empty</title>', { 'content-type': 'text/html' })],
    ...benches.flatMap(it => it.routes ?? []).map(([path, answer]) => [path, (url, res) => answer(url, (body, headers) => reply(res, body, headers))]),
  ],
  mounts: [
    { prefix: '/wasm/', dir: wasm },
    { prefix: '/bench/', dir: import.meta.dirname },
    ...benches.flatMap(it => it.mounts ?? []),
  ],
});
const browser = await launch();

/** Runs a function in a page that has no caches, and gives what it gives. */
const cold = (url, act, argument) => inWindow(browser, async page => {
  await page.goto(server.url + url);
  return page.evaluate(act, argument);
});

const rows = [];
for (const bench of benches) rows.push(...await bench.run({ browser, cold, runs, summarize, url: server.url, root: ROOT }));
await browser.close();
await server.close();
printTable(`ms min / median / max of ${runs} cold runs; ratio of medians`, ['bench', 'ours', 'peer', 'against', 'ratio', 'hold'],
  rows.map(it => [it.name, spread(it.ours), spread(it.peer), it.against, it.peer ? ratio(it.ours, it.peer) : '', it.hold === undefined ? '' : `≤ ${it.hold}`]));
