// The last step of a release build: puts the parts beside the program, small and under names of their own, and tells
// the page which parts each page needs, so that the boot script can ask for them while the program is still fetched.
//
// Run by Trunk (Trunk.toml, post_build) in TRUNK_STAGING_DIR; scripts/link-parts has made the parts.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Below this a module is not worth a question of its own. */
const TINY_BYTES = 12_000;

const { JOBSCOPE_PARTS: parts, TRUNK_STAGING_DIR: staging } = process.env;
if (parts) await addParts(parts, staging);

async function addParts(parts, staging) {
  const inStaging = name => path.join(staging, name);
  const read = file => fs.readFileSync(file, 'utf8');
  const only = (pattern, names) => {
    const found = names.filter(name => pattern.test(name));
    if (found.length !== 1) throw new Error(`one file like ${pattern} was expected, there are: ${found}`);
    return found[0];
  };
  const staged = fs.readdirSync(staging);
  const app = only(/^jobscope-[0-9a-f]+\.js$/, staged);
  const modules = fs.readdirSync(parts).filter(name => name.endsWith('.wasm'));

  // One hash for all: main module and parts fit together in no other combination.
  const hash = crypto.createHash('sha256');
  for (const name of modules) hash.update(fs.readFileSync(path.join(parts, name)));
  hash.update(app);
  const stamp = hash.digest('hex').slice(0, 16);
  const renamed = name => `part-${name.replace(/^split_|\.wasm$/g, '')}-${stamp}.wasm`;

  // Two at a time: most are small, and starting the optimizer takes longer than its work.
  const optimize = name => promisify(execFile)('wasm-opt', ['-Oz', '--enable-simd', '--enable-bulk-memory', '--enable-nontrapping-float-to-int',
    '--enable-sign-ext', '--enable-mutable-globals', '--enable-multivalue', '--enable-reference-types', '--strip-debug', '--strip-producers',
    path.join(parts, name), '-o', inStaging(renamed(name))]);
  const queue = [...modules];
  await Promise.all([1, 2].map(async () => { for (let name; (name = queue.pop());) await optimize(name); }));

  // Chunks that several parts share are many, and most are tiny: the tiny ones lie in one file, which every page fetches.
  const packed = [], places = new Map();
  let size = 0;
  for (const name of modules.filter(it => it.startsWith('chunk_'))) {
    const content = fs.readFileSync(inStaging(renamed(name)));
    if (content.length > TINY_BYTES) continue;
    packed.push(content);
    places.set(name, [size, size += content.length]);
    fs.rmSync(inStaging(renamed(name)));
  }
  const pack = `part-shared-${stamp}.bin`;
  fs.writeFileSync(inStaging(pack), Buffer.concat(packed));

  const loader = `parts-${stamp}.js`, program = `jobscope-${stamp}.js`;
  const link = read(path.join(parts, '__wasm_split.js'));
  const named = link.replaceAll('./jobscope.js', `./${program}`)
    .replaceAll(/fetch\(new URL\("\.\/(\w+\.wasm)", import\.meta\.url\)\)/g, (call, name) => places.has(name) ? `fromPack(${places.get(name)})` : call)
    .replaceAll(/\.\/((?:split|chunk)_\w+\.wasm)/g, (_, name) => `./${renamed(name)}`);
  fs.writeFileSync(inStaging(loader), `${named}
let pack;
/** A small module out of the file that holds them all; asked for again when it did not come. */
async function fromPack(begin, end) {
  pack ??= fetch(new URL("./${pack}", import.meta.url)).then(answer => answer.ok ? answer.arrayBuffer() : Promise.reject(new Error(answer.status)));
  const bytes = await pack.catch(error => { pack = undefined; throw error; });
  return new Response(bytes.slice(begin, end), { headers: { "content-type": "application/wasm" } });
}
`);
  fs.writeFileSync(inStaging(program), read(inStaging(app)).replaceAll(/from ?"\.\/__wasm_split\.js"/g, `from "./${loader}"`));
  fs.rmSync(inStaging(app));

  // Which files a part consists of: its own and the chunks that it shares with others.
  const needs = {};
  for (const [, shared, name] of link.matchAll(/\/\* (.*?) \*\/\nconst \w+ =[^]*?"\.\/(\w+\.wasm)"/g)) {
    for (const part of shared.split(', ')) (needs[part] ??= []).push(places.has(name) ? pack : renamed(name));
  }
  for (const [, part, name] of link.matchAll(/__wasm_split_load_(\w+) = [^\n]*\n[^\n]*"\.\/(\w+\.wasm)"/g)) (needs[part] ??= []).push(renamed(name));
  const html = read(inStaging('index.html'));
  const files = Object.fromEntries(Object.entries(needs).map(([part, names]) => [part, [...new Set(names)]]));
  const told = html.replaceAll(app, program)
    .replace(/(?=src="?\.\/boot-)/, `data-parts='${JSON.stringify(files)}' `)
    .replace('</head>', `<link rel="modulepreload" href="./${loader}"></head>`);
  if (!told.includes('data-parts=') || !told.includes(loader)) throw new Error('index.html has no place for the parts');
  fs.writeFileSync(inStaging('index.html'), told);
}
