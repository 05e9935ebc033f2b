// `make dist`: the release build as an archive for any static host, its files with a brotli and a gzip twin.
// What people edit after unpacking (config.json, systems/) has no twin that could go stale: servers pack it themselves.
// Prints the content security policy that fits its config.json and system files.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { execFileSync } from 'node:child_process';
import { ROOT } from '../tests/e2e/lib/paths.mjs';
import { policyFor, systemFiles } from '../tests/e2e/lib/policy.mjs';

const version = /^version = "(.*)"/m.exec(fs.readFileSync(path.join(ROOT, 'Cargo.toml'), 'utf8'))[1];
const name = `jobscope-${version}`;
const out = path.join(ROOT, 'dist', name);

fs.rmSync(out, { recursive: true, force: true });
execFileSync(path.join(ROOT, 'scripts/build'), [`dist/${name}`], { stdio: 'inherit' });

const NO_TWIN = new Set(['.gz', '.br', '.png', '.zst', '.json', '.jsrec']);
let bytes = 0, brotli = 0;
for (const each of fs.readdirSync(out, { recursive: true, withFileTypes: true })) {
  const file = path.join(each.parentPath ?? each.path, each.name);
  if (!each.isFile() || NO_TWIN.has(path.extname(file))) continue;
  const content = fs.readFileSync(file);
  const br = zlib.brotliCompressSync(content);
  fs.writeFileSync(`${file}.br`, br);
  fs.writeFileSync(`${file}.gz`, zlib.gzipSync(content, { level: 9 }));
  bytes += content.length;
  brotli += br.length;
}

const archive = path.join(ROOT, 'dist', `${name}.tar.gz`);
execFileSync('tar', ['-czf', archive, '-C', path.dirname(out), name]);
const config = JSON.parse(fs.readFileSync(path.join(out, 'config.json'), 'utf8'));
console.log(`
${path.relative(ROOT, archive)}: ${(bytes / 1024).toFixed(0)} KiB of program, ${(brotli / 1024).toFixed(0)} KiB as brotli.
Unpack it anywhere under any path. Send with every file:

  Content-Security-Policy: ${policyFor(config, systemFiles(out, config))}
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer

and Cache-Control: no-cache with index.html, config.json and systems/, immutable with the files that carry a hash.
deploy/nginx.conf and deploy/Caddyfile do all of it.`);
