// Fetches the parts of the program that the started one does not hold, each when it is first needed (docs/adr/0006).
// Written by scripts/parts.mjs, which replaces the words in capitals; the program imports a function for each part.
import { initSync } from "./PROGRAM";

/** Which modules each part consists of; its file holds them as sections, but for those that its base has. */
const PARTS = ALL_PARTS;

/** The part that comes before one: job before job_more. */
const base = part => PARTS[part.split("_")[0]] ? part.split("_")[0] : part;

/** Modules that are there or coming. */
const { started, styled } = globalThis.jobscopeBoot;
const modules = new Map([...PARTS[base(started)], ...PARTS[started]].map(name => [name, Promise.resolve()]));
const files = new Map();

/** What is asked for: its promise is kept until it fails, so that it is asked for again then. */
function once(kept, key, begin) {
  if (!kept.has(key)) {
    const coming = begin();
    coming.catch(() => kept.delete(key));
    kept.set(key, coming);
  }
  return kept.get(key);
}

const fileOf = part => once(files, part, () => WebAssembly.compileStreaming(fetch(new URL(`./part-${part}-STAMP.wasm`, import.meta.url))));

let shared;
async function instantiate(name, part) {
  const holder = PARTS[base(part)].includes(name) ? base(part) : part;
  const [bytes] = WebAssembly.Module.customSections(await fileOf(holder), name);
  if (!shared) {
    const { SHARED } = initSync(undefined, undefined);
    shared = { __wasm_split: { SHARED } };
  }
  await WebAssembly.instantiate(bytes, shared);
}

/** Fetches a part, then calls the program back: with whether it is there. */
async function load(part, callback, data) {
  let there = true;
  try {
    await Promise.all([styled(base(part)), styled(part), ...PARTS[part].map(name => once(modules, name, () => instantiate(name, part)))]);
  } catch (error) {
    console.error(error);
    there = false;
  }
  initSync(undefined, undefined).__indirect_function_table.get(callback)(data, there);
}

EXPORTS
