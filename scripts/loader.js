// Fetches the parts of the program that the started one does not hold, each when it is first needed (docs/adr/0006).
// Written by scripts/parts.mjs, which replaces the words in capitals; the program imports a function for each part.
import { initSync } from "./PROGRAM";

/** Which modules each part consists of. */
const PARTS = ALL_PARTS;
/** Which of them its file holds, as sections; a part that is fetched after another leaves out what that one's file has. */
const FILES = ALL_FILES;

/** The part that comes before one: job before job_more. */
const base = part => part.split("_")[0];

/** Modules that are there or coming. */
const { started } = globalThis.jobscopeBoot;
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
  const holder = FILES[part].includes(name) ? part : base(part);
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
    await Promise.all(PARTS[part].map(name => once(modules, name, () => instantiate(name, part))));
  } catch (error) {
    console.error(error);
    there = false;
  }
  initSync(undefined, undefined).__indirect_function_table.get(callback)(data, there);
}

EXPORTS
