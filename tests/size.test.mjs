// No first load passes its limit.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { ROOT } from './e2e/lib/paths.mjs';
import { MOST_KIB, firstLoads, kib } from './first-load.mjs';

const { programs, files } = firstLoads(process.env.APP ?? path.join(ROOT, 'target/site'));

test('there is a program for each page', () => {
  for (const page of ['overview', 'jobs', 'job', 'job_work', 'job_trace', 'connections']) assert(programs[page], page);
});

for (const first of Object.keys(programs)) {
  test(`the first load of ${first} stays under ${MOST_KIB} KiB of brotli`, () => {
    const all = files(first);
    for (const kind of ['.wasm', '.js', '.css', 'config.json']) assert(all.some(([file]) => file.endsWith(kind)), `${kind} is part of the first load`);
    for (const [file, bytes] of all) console.log(`${String(bytes).padStart(8)}  ${file}`);
    const total = kib(all);
    console.log(`${total.toFixed(1)} KiB in all; the most is ${MOST_KIB}`);
    assert(total <= MOST_KIB, `${total.toFixed(1)} KiB, ${MOST_KIB} KiB are allowed`);
  });
}
