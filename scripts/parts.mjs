// The last step of a release build: puts the parts beside the program, small and under names of their own, and tells
// the page which parts each page needs, so that the boot script can ask for them while the program is still fetched.
//
// Run by Trunk (Trunk.toml, post_build) in TRUNK_STAGING_DIR; scripts/link-parts has made the parts.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

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
  const file = part => `part-${part}-${stamp}.wasm`;

  const small = name => path.join(parts, name.replace(/\.wasm$/, '.small'));
  await optimizeAll(modules.map(name => ({ from: path.join(parts, name), to: small(name) })));

  // What a part consists of: chunks that it shares with others, and a module of its own.
  const link = read(path.join(parts, '__wasm_split.js'));
  const needs = {};
  for (const [, shared, name] of link.matchAll(/\/\* (.*?) \*\/\nconst \w+ =[^]*?"\.\/(\w+\.wasm)"/g)) {
    for (const part of shared.split(', ')) (needs[part] ??= []).push(name);
  }
  for (const [, part, name] of link.matchAll(/__wasm_split_load_(\w+) = [^\n]*\n[^\n]*"\.\/(\w+\.wasm)"/g)) (needs[part] ??= []).push(name);

  // A part is one file: small modules are many, and together they compress to two thirds. The file is WebAssembly itself,
  // so that every server packs and keeps it as such; the modules are its custom sections. A part that is fetched after
  // another, job_more after job, leaves out what that one's file has.
  const base = part => needs[part.split('_')[0]] ? part.split('_')[0] : part;
  const holds = {};
  for (const [part, names] of Object.entries(needs)) {
    holds[part] = names.filter(name => base(part) === part || !needs[base(part)].includes(name));
    const sections = holds[part].map(name => customSection(name, fs.readFileSync(small(name))));
    fs.writeFileSync(inStaging(file(part)), Buffer.concat([Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), ...sections]));
  }

  const loader = `parts-${stamp}.js`, program = `jobscope-${stamp}.js`;
  const named = link.replaceAll('./jobscope.js', `./${program}`)
    .replaceAll(/fetch\(new URL\("\.\/(\w+\.wasm)", import\.meta\.url\)\)/g, (_, name) => `moduleNamed("${name}")`)
    .replaceAll(/(__wasm_split_load_(\w+) = wrapAsyncCb\()/g, (_, begin, part) => `${begin}"${part}", `)
    .replace('wrapAsyncCb(callee)', 'wrapAsyncCb(part, callee)')
    .replace('await callee();', 'asked = part; await callee();');
  fs.writeFileSync(inStaging(loader), `${named}
const HOLDS = ${JSON.stringify(holds)};
/** The part that is asked for; all its modules are asked for before anything else happens. */
let asked;
const files = new Map();
/** The file of a part; asked for again when it did not come. */
function fileOf(part) {
  if (!files.has(part)) {
    const file = WebAssembly.compileStreaming(fetch(new URL(\`./part-\${part}-${stamp}.wasm\`, import.meta.url)));
    file.catch(() => files.delete(part));
    files.set(part, file);
  }
  return files.get(part);
}
async function moduleNamed(name) {
  const part = HOLDS[asked].includes(name) ? asked : asked.split("_")[0];
  const [bytes] = WebAssembly.Module.customSections(await fileOf(part), name);
  return new Response(bytes, { headers: { "content-type": "application/wasm" } });
}
`);
  fs.writeFileSync(inStaging(program), read(inStaging(app)).replaceAll(/from ?"\.\/__wasm_split\.js"/g, `from "./${loader}"`));
  fs.rmSync(inStaging(app));

  const html = read(inStaging('index.html'));
  const files = Object.fromEntries(Object.keys(needs).map(part => [part, [...new Set([base(part), part])].map(file)]));
  const told = html.replaceAll(app, program)
    .replace(/(?=src="?\.\/boot-)/, `data-parts='${JSON.stringify(files)}' `)
    .replace('</head>', `<link rel="modulepreload" href="./${loader}"></head>`);
  if (!told.includes('data-parts=') || !told.includes(loader)) throw new Error('index.html has no place for the parts');
  fs.writeFileSync(inStaging('index.html'), told);
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
