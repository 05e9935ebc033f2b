// What a first visit of each page, and of each tab with a program of its own (FIRST in scripts/parts.mjs), downloads before it
// is painted, as brotli: the program, the page's parts, styles, configuration and system file. After the paint comes what nobody
// reads first: what stands in menus, the scatter above the list, the sample incident and what plays it, the rules that tell why
// a job is in trouble, whatever a click opens.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import zlib from 'node:zlib';
import { ROOT } from './e2e/lib/paths.mjs';

/** In KiB, 1024 bytes: one goal for pages, and for tabs that need another part a little more than they are now. */
const MOST_KIB = { overview: 350, jobs: 350, job: 350, connections: 350, jobs_more: 360, job_trace: 435, job_more: 570 };
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

test('every program has a limit', () => assert.deepEqual(Object.keys(programs).sort(), Object.keys(MOST_KIB).sort()));

for (const [first, most] of Object.entries(MOST_KIB)) {
  test(`the first load of ${first} stays under ${most} KiB of brotli`, () => {
    // A tab is dressed by its page's styles and its own.
    const sheets = [...new Set([first.split('_')[0], first])].map(part => styles[part]);
    const all = [...always(), programs[first], ...sheets].filter(Boolean);
    for (const kind of ['.wasm', '.js', '.css', 'config.json']) assert(all.some(file => file.endsWith(kind)), `${kind} is part of the first load`);
    const sizes = all.map(file => [file, brotli(file)]);
    for (const [file, bytes] of sizes) console.log(`${String(bytes).padStart(8)}  ${file}`);
    const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0) / 1024;
    console.log(`${total.toFixed(1)} KiB in all; the most is ${most}`);
    assert(total <= most, `${total.toFixed(1)} KiB, ${most} KiB are allowed`);
  });
}
