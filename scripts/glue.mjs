// Makes small the JavaScript that wasm-bindgen writes: one file, minified, and with short names in place of those that end with
// a hash, which no compression shortens. The program imports by the same names, so they are changed in both.
//
// Run by scripts/shims/wasm-bindgen in a release build: node scripts/glue.mjs <directory that wasm-bindgen wrote>
import fs from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';

const [directory] = process.argv.slice(2);
const only = ending => path.join(directory, fs.readdirSync(directory).find(name => name.endsWith(ending)));
const script = only('.js'), program = only('_bg.wasm');

// What stands as JavaScript in the program's own source is a file that this one imports: put into it, nobody waits for it.
const snippet = /^import \{ [\w, ]+ \} from '\.\/(snippets\/[^']+)';$/gm;
const whole = fs.readFileSync(script, 'utf8').replaceAll(snippet, (_, file) =>
  fs.readFileSync(path.join(directory, file), 'utf8').replaceAll(/^export /gm, ''));
fs.rmSync(path.join(directory, 'snippets'), { recursive: true, force: true });
// Classes that a library exports and nobody makes: neither exported nor named where `using` would end them, they are left
// out (scripts/optimize.mjs does the same).
fs.writeFileSync(script, whole.replaceAll(/^export (?=class )|^if \(Symbol\.dispose\).*$/gm, ''));
const minified = execFileSync('terser', [script, '--module', '--ecma', '2022', '--compress', 'passes=2', '--mangle'], { encoding: 'utf8' });
const short = new Map();
const named = minified.replaceAll(/\b__wb(?:g|indgen)_\w+_[0-9a-f]{16}\b/g, name => {
  if (!short.has(name)) short.set(name, `$${short.size.toString(36)}`);
  return short.get(name);
});
// Most of it is called while the page comes up. So told, Chromium compiles it beside the page, while it loads, and not
// function by function at each first call (https://v8.dev/blog/explicit-compile-hints).
fs.writeFileSync(script, `//# allFunctionsCalledOnLoad\n${named}`);
fs.writeFileSync(program, withImportsNamed(fs.readFileSync(program), name => short.get(name) ?? name));

/** The WebAssembly module with other names of what it imports; all else stays as it is, byte by byte. */
function withImportsNamed(module, newName) {
  let at = 8; // after the magic number and the version
  const number = () => {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = module[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  const text = () => { const length = number(); at += length; return module.toString('utf8', at - length, at); };
  const limits = () => { if (number() & 1) number(); number(); };
  const IMPORTS = 2, kinds = [number, () => { at++; limits(); }, limits, () => { at += 2; }];
  while (at < module.length) {
    const head = at, id = module[at++], length = number(), body = at, end = body + length;
    if (id !== IMPORTS) { at = end; continue; }
    const imports = [encoded(number())];
    while (at < end) {
      const from = text(), name = text(), kind = at;
      kinds[module[at++]]();
      imports.push(encodedText(from), encodedText(newName(name)), module.subarray(kind, at));
    }
    const section = Buffer.concat(imports);
    return Buffer.concat([module.subarray(0, head), Buffer.of(IMPORTS), encoded(section.length), section, module.subarray(end)]);
  }
  throw new Error('the program imports nothing');
}

function encodedText(text) {
  const bytes = Buffer.from(text);
  return Buffer.concat([encoded(bytes.length), bytes]);
}

/** A whole number in LEB128. */
function encoded(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push(value % 128 | 128);
  return Buffer.of(...bytes, value);
}
