// What a first visit downloads, as brotli: no more than the budget. The sample incident comes after the first paint.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import zlib from 'node:zlib';
import { ROOT } from './e2e/lib/paths.mjs';

const BUDGET_KB = 350;
const site = process.env.APP ?? path.join(ROOT, 'target/site');

/** The files that the page, its boot script and its first configured system ask for. */
function firstLoad() {
  const html = fs.readFileSync(path.join(site, 'index.html'), 'utf8');
  const linked = [...html.matchAll(/(?:src|href)="?\.?\/?([^\s">]+)/g)].map(match => match[1]);
  const [first] = JSON.parse(fs.readFileSync(path.join(site, 'config.json'), 'utf8')).systems;
  return [...new Set(['index.html', ...linked, `systems/${first.name ?? first}.json`])];
}

test(`the first load stays under ${BUDGET_KB} KB of brotli`, () => {
  const files = firstLoad();
  for (const kind of ['.wasm', '.js', '.css', 'config.json']) assert(files.some(file => file.endsWith(kind)), `${kind} is part of the first load`);
  const sizes = files.map(file => {
    const content = fs.readFileSync(path.join(site, file));
    return { file, bytes: content.length, brotli: zlib.brotliCompressSync(content).length };
  });
  for (const { file, bytes, brotli } of sizes) console.log(`${String(brotli).padStart(8)} of ${String(bytes).padStart(8)}  ${file}`);
  const total = sizes.reduce((sum, each) => sum + each.brotli, 0) / 1024;
  console.log(`${total.toFixed(1)} KB in all`);
  assert(total <= BUDGET_KB, `${total.toFixed(1)} KB, ${BUDGET_KB} KB are allowed`);
});
