// Starts the program. While it is fetched and compiled, the configuration and the system file are fetched
// too, and nothing else: every other question is asked by the program (ARCHITECTURE.md, invariant 6).
//
// The program takes `globalThis.jobscopeBoot`:
//   config  Promise<string>, the text of config.json
//   system  Promise<string>, the text of systems/<name>.json: `sys` of the address where the
//           configuration lists it, else the first one listed
//   now     milliseconds since navigation at which this script ran

const here = path => new URL(path, document.baseURI);

async function text(path) {
  const answer = await fetch(here(path));
  if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}`);
  return answer.text();
}

function chosenSystem(config) {
  const names = config.systems.map(each => each.name ?? each);
  const asked = new URLSearchParams(location.search).get('sys');
  return names.includes(asked) ? asked : names[0];
}

const config = text('config.json');
const system = config.then(it => text(`systems/${chosenSystem(JSON.parse(it))}.json`));
for (const each of [config, system]) each.catch(() => {}); // the program tells of it
globalThis.jobscopeBoot = { config, system, now: performance.now() };

const note = (id, words) => { document.getElementById(id).textContent = words; };

try {
  const app = await import(document.getElementById('app-js').href);
  await app.default({ module_or_path: document.getElementById('app-wasm').href });
  document.getElementById('boot').remove();
} catch (error) {
  console.error(error);
  document.getElementById('boot').removeAttribute('aria-busy');
  note('boot-title', 'Jobscope could not start.');
  note('boot-cause', `${error}`);
  note('boot-next', typeof WebAssembly === 'object'
    ? 'Reload the page. If it stays so, ask whoever serves it: the .js and .wasm files must both be there, ' +
      "with the type application/wasm for the latter and 'wasm-unsafe-eval' in the content security policy."
    : 'This browser has no WebAssembly, or it is switched off: use a current one, or switch it on.');
}
