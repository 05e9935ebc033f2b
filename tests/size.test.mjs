// What a first visit of each page downloads before it is painted, as brotli: the program, the page's parts, styles,
// configuration and system file. After the paint comes what nobody reads first: what stands in menus, the scatter
// above the list, the sample incident and what plays it, the rules that tell why a job is in trouble, whatever a click opens.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import zlib from 'node:zlib';
import { ROOT } from './e2e/lib/paths.mjs';

const GOAL_KB = 350;
const site = process.env.APP ?? path.join(ROOT, 'target/site');
const html = fs.readFileSync(path.join(site, 'index.html'), 'utf8');
const styles = JSON.parse(/data-styles='([^']+)'/.exec(html)?.[1] ?? '{}');
const programs = JSON.parse(/data-programs='([^']+)'/.exec(html)?.[1] ?? '{}');

/** The files that the page and its first configured system ask for, whichever part is shown. */
function always() {
  const linked = [...html.matchAll(/(?:src|href)="?\.?\/?([^\s">]+)/g)].map(match => match[1]);
  const [first] = JSON.parse(fs.readFileSync(path.join(site, 'config.json'), 'utf8')).systems;
  return ['index.html', ...linked, `systems/${first.name ?? first}.json`];
}

const brotli = file => zlib.brotliCompressSync(fs.readFileSync(path.join(site, file))).length;

const PAGES = ['overview', 'jobs', 'job', 'connections'];

for (const page of PAGES) {
  const program = programs[page];
  test(`the first load of ${page} stays under ${GOAL_KB} KB of brotli`, () => {
    const all = [...always(), program, styles[page]].filter(Boolean);
    for (const kind of ['.wasm', '.js', '.css', 'config.json']) assert(all.some(file => file.endsWith(kind)), `${kind} is part of the first load`);
    const sizes = all.map(file => [file, brotli(file)]);
    for (const [file, bytes] of sizes) console.log(`${String(bytes).padStart(8)}  ${file}`);
    const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0) / 1024;
    console.log(`${total.toFixed(1)} KB in all; the goal is ${GOAL_KB}`);
    assert(total <= GOAL_KB, `${total.toFixed(1)} KB, ${GOAL_KB} KB are allowed`);
  });
}
