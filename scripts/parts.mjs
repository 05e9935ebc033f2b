// The last step of a release build: puts a program for each page and the parts that may follow it beside the page, small
// and under names of their own, and tells the boot script which files there are, so that it can ask for them at once.
//
// Run by Trunk (Trunk.toml, post_build) in TRUNK_STAGING_DIR; scripts/link-parts has split the program into modules.
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

/** Parts that an address can begin with: pages, and what some of their tabs need besides to be painted. */
const FIRST = ['overview', 'jobs', 'job', 'job_work', 'job_trace', 'connections'];

/** What the compiler writes for this target, and for a moment several memories; with all that there is, code becomes larger. */
const FEATURES = ['bulk-memory', 'multimemory', 'multivalue', 'mutable-globals', 'nontrapping-float-to-int', 'reference-types', 'sign-ext', 'simd'].map(it => `--enable-${it}`);

const { JOBSCOPE_PARTS: parts, TRUNK_STAGING_DIR: staging } = process.env;
if (parts) await addParts(parts, staging);

async function addParts(parts, staging) {
  const inStaging = name => path.join(staging, name);
  const inParts = name => path.join(parts, name);
  const read = file => fs.readFileSync(file, 'utf8');
  const staged = fs.readdirSync(staging);
  const only = pattern => {
    const found = staged.filter(name => pattern.test(name));
    if (found.length !== 1) throw new Error(`one file like ${pattern} was expected, there are: ${found}`);
    return found[0];
  };
  const script = only(/^jobscope-[0-9a-f]+\.js$/), main = only(/^jobscope-[0-9a-f]+_bg\.wasm$/);
  const modules = fs.readdirSync(parts).filter(name => name.endsWith('.wasm'));

  const sheets = stylesOfParts(path.join(import.meta.dirname, '../style/parts'));

  // One hash for all: they fit together in no other combination.
  const hash = crypto.createHash('sha256').update(script).update(JSON.stringify(sheets));
  for (const name of modules) hash.update(fs.readFileSync(inParts(name)));
  const stamp = hash.digest('hex').slice(0, 16);
  const program = part => `jobscope-${part}-${stamp}.wasm`, file = part => `part-${part}-${stamp}.wasm`;
  const newScript = `jobscope-${stamp}.js`, loader = `parts-${stamp}.js`;

  // What a part consists of: modules that it shares with others, and one of its own.
  const link = read(inParts('__wasm_split.js'));
  const needs = {};
  for (const [, shared, name] of link.matchAll(/\/\* (.*?) \*\/\nconst \w+ =[^]*?"\.\/(\w+\.wasm)"/g)) {
    for (const part of shared.split(', ')) (needs[part] ??= []).push(name);
  }
  for (const [, part, name] of link.matchAll(/__wasm_split_load_(\w+) = [^\n]*\n[^\n]*"\.\/(\w+\.wasm)"/g)) (needs[part] ??= []).push(name);
  const base = part => needs[part.split('_')[0]] ? part.split('_')[0] : part;

  // The program of a page is the main module and all that the page and the shown tab consist of, as one.
  const small = name => inParts(name.replace(/\.wasm$/, '.small'));
  const scripts = read(inStaging(script)) + link;
  const programs = FIRST.map(part => {
    const held = [...new Set([base(part), part].flatMap(it => needs[it]))].flatMap(name => [inParts(name), name]);
    const from = inParts(`${part}.merged`);
    execFileSync('wasm-merge', [...FEATURES, inStaging(main), '__wasm_split', ...held, '-o', from], { stdio: ['ignore', 'inherit', 'ignore'] });
    return { from, to: inStaging(program(part)), scripts };
  });
  await optimizeAll([...programs, ...modules.map(name => ({ from: inParts(name), to: small(name) }))]);
  fs.rmSync(inStaging(main));

  // A part that comes later is one file: small modules are many, and together they compress to two thirds. The file is
  // WebAssembly itself, so that every server packs and keeps it as such; the modules are its custom sections. A part that
  // is fetched after another, job_more after job, leaves out what that one's file has.
  for (const [part, names] of Object.entries(needs)) {
    const held = names.filter(name => base(part) === part || !needs[base(part)].includes(name));
    const sections = held.map(name => customSection(short(name), fs.readFileSync(small(name))));
    fs.writeFileSync(inStaging(file(part)), Buffer.concat([Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), ...sections]));
  }

  const all = Object.fromEntries(Object.entries(needs).map(([part, names]) => [part, names.map(short)]));
  const [, shared] = /const {(.*?),? *} = initSync/.exec(link);
  const told = {
    PROGRAM: newScript, ALL_PARTS: JSON.stringify(all), STAMP: stamp, SHARED: shared.trim(),
    EXPORTS: Object.keys(needs).map(part => `export const __wasm_split_load_${part} = (callback, data) => load("${part}", callback, data);`).join('\n'),
  };
  const source = read(path.join(import.meta.dirname, 'loader.js'));
  fs.writeFileSync(inStaging(loader), minified(source.replaceAll(new RegExp(`\\b(${Object.keys(told).join('|')})\\b`, 'g'), word => told[word])));
  fs.writeFileSync(inStaging(newScript), read(inStaging(script)).replaceAll(/from ?"\.\/__wasm_split\.js"/g, `from "./${loader}"`));
  fs.rmSync(inStaging(script));

  const files = Object.fromEntries(FIRST.map(part => [part, program(part)]));
  const styles = Object.fromEntries(Object.keys(sheets).map(part => [part, `style-${part}-${stamp}.css`]));
  for (const [part, text] of Object.entries(sheets)) fs.writeFileSync(inStaging(styles[part]), text);
  for (const name of staged.filter(it => /^(boot|tt)-[0-9a-f]+\.js$/.test(it))) fs.writeFileSync(inStaging(name), minified(read(inStaging(name))));
  const html = read(inStaging('index.html'))
    .replaceAll(script, newScript)
    .replace(/<link [^>]*id="?app-wasm[^>]*>/, '')
    .replace(/(?=src="?\.\/boot-)/, `data-programs='${JSON.stringify(files)}' data-styles='${JSON.stringify(styles)}' `)
    .replace('</head>', `<link rel="modulepreload" href="./${loader}"></head>`);
  if (!html.includes('data-programs=') || !html.includes(loader) || html.includes('_bg.wasm')) throw new Error('index.html has no place for the parts');
  fs.writeFileSync(inStaging('index.html'), html);
}

/** The style sheets that come with parts, by part, without comments and indentation. */
function stylesOfParts(directory) {
  const sheets = {};
  for (const parts of fs.readdirSync(directory).sort()) {
    for (const name of fs.readdirSync(path.join(directory, parts)).sort()) {
      const text = fs.readFileSync(path.join(directory, parts, name), 'utf8').replaceAll(/\/\*[^]*?\*\//g, '').replaceAll(/\s*\n\s*/g, '');
      for (const part of parts.split('+')) sheets[part] = (sheets[part] ?? '') + text;
    }
  }
  return sheets;
}

/** What the loader calls a module: `12` for chunk_12.wasm. */
function short(name) {
  return name.replace(/^chunk_|\.wasm$/g, '');
}

function minified(source) {
  return execFileSync('terser', ['--module', '--ecma', '2022', '--compress', '--mangle'], { input: source, encoding: 'utf8' });
}

/** Makes modules small, two at a time, the largest first. What the library mutters about names of sections is not shown. */
async function optimizeAll(jobs) {
  const library = path.join(process.env.BINARYEN, 'index.js');
  const queue = jobs.toSorted((a, b) => fs.statSync(a.from).size - fs.statSync(b.from).size);
  await Promise.all([1, 2].map(() => new Promise((resolve, reject) => {
    const worker = new Worker(new URL('optimize.mjs', import.meta.url), { workerData: { library }, stdout: true, stderr: true });
    const next = () => {
      const job = queue.pop();
      if (job) worker.postMessage(job); else worker.terminate().then(resolve);
    };
    worker.on('message', next).on('error', reject).once('online', next);
  })));
}

/** A section that WebAssembly itself does not look into. */
function customSection(name, content) {
  const body = Buffer.concat([length(name.length), Buffer.from(name), content]);
  return Buffer.concat([Buffer.of(0), length(body.length), body]);
}

/** A length in LEB128. */
function length(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push(value % 128 | 128);
  return Buffer.of(...bytes, value);
}
