// What a first visit downloads, as brotli. The sample incident comes after the first paint.
// The goal is not reached yet: until it is, the ceiling stands just above what was reached, and only ever goes down.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import zlib from 'node:zlib';
import { ROOT } from './e2e/lib/paths.mjs';

const GOAL_KB = 350;
const CEILING_KB = 605;
const site = process.env.APP ?? path.join(ROOT, 'target/site');

/** The files that the page, its boot script and its first configured system ask for. */
function firstLoad() {
  const html = fs.readFileSync(path.join(site, 'index.html'), 'utf8');
  const linked = [...html.matchAll(/(?:src|href)="?\.?\/?([^\s">]+)/g)].map(match => match[1]);
  const [first] = JSON.parse(fs.readFileSync(path.join(site, 'config.json'), 'utf8')).systems;
  return [...new Set(['index.html', ...linked, `systems/${first.name ?? first}.json`])];
}

test(`the first load stays under ${CEILING_KB} KB of brotli, on its way to ${GOAL_KB}`, () => {
  const files = firstLoad();
  for (const kind of ['.wasm', '.js', '.css', 'config.json']) assert(files.some(file => file.endsWith(kind)), `${kind} is part of the first load`);
  const sizes = files.map(file => {
    const content = fs.readFileSync(path.join(site, file));
    return { file, bytes: content.length, brotli: zlib.brotliCompressSync(content).length };
  });
  for (const { file, bytes, brotli } of sizes) console.log(`${String(brotli).padStart(8)} of ${String(bytes).padStart(8)}  ${file}`);
  const total = sizes.reduce((sum, each) => sum + each.brotli, 0) / 1024;
  console.log(`${total.toFixed(1)} KB in all; the goal is ${GOAL_KB}`);
  assert(total <= CEILING_KB, `${total.toFixed(1)} KB, ${CEILING_KB} KB are allowed`);
  assert(CEILING_KB - total < 30 || total <= GOAL_KB, `${total.toFixed(1)} KB: lower the ceiling`);
});
