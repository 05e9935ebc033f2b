// Decoding an answer: ours, fed in chunks, against the first JSON.parse of the same bytes in a fresh page.
import { genLoki, genProm } from './lib/gen.mjs';
import { json } from './lib/serve.mjs';

const CASES = [
  { name: '50,000 Loki lines', body: () => genLoki(50_000), call: 'decode_lines', hold: 1.0 },
  { name: '50 × 11,000 matrix', body: () => genProm(50, 11_000), call: 'decode_matrix', hold: 0.5 },
];

export const routes = CASES.map(it => [new RegExp(`^/payload/${it.call}$`), (() => { let body; return (_, reply) => reply(body ??= json(it.body())); })()]);

export async function run({ cold, runs, summarize }) {
  const rows = [];
  for (const { name, call, hold } of CASES) {
    const ours = [], theirs = [];
    for (let i = 0; i < runs; i++) {
      theirs.push(await cold('/empty', async call => {
        const text = await (await fetch(`/payload/${call}`)).text();
        const began = performance.now();
        globalThis.kept = JSON.parse(text);
        return performance.now() - began;
      }, call));
      ours.push(await cold('/empty', async call => {
        const { default: init, Body } = await import('/wasm/bench.js');
        await init();
        const body = new Body(new Uint8Array(await (await fetch(`/payload/${call}`)).arrayBuffer()));
        const began = performance.now();
        const n = body[call]();
        const ms = performance.now() - began;
        if (!(n > 0)) throw new Error(`decoded ${n}`);
        return ms;
      }, call));
    }
    rows.push({ name: `decode ${name}`, ours: summarize(ours), peer: summarize(theirs), against: 'JSON.parse', hold });
  }
  return rows;
}
