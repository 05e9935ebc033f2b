// Where things are: the checkout, the binaries, a directory of one's own for each run.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');

/** A fresh directory that is removed when this process ends (kept with KEEP=1). */
export function scratch(name) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), `jobscope-${name}-`));
  process.on('exit', () => { if (!process.env.KEEP) fs.rmSync(directory, { recursive: true, force: true }); });
  return directory;
}

/** A server's binary, found as scripts/env.sh finds it: LOKI_BIN and the like, the cache, the PATH. */
export function serverBinary(name) {
  try {
    return execFileSync('bash', ['-c', `source "${ROOT}/scripts/env.sh"; server_bin ${name}`], { encoding: 'utf8' }).trim();
  } catch {
    throw new Error(`${name} is not there: run scripts/setup test, or name it with ${name.toUpperCase()}_BIN`);
  }
}

/**
 * Why a test that starts these servers itself is skipped, or false: where a server that runs already is named by its address,
 * set-up gets no binary of it.
 */
export function absent(...servers) {
  const missing = servers.filter(name => { try { return !serverBinary(name); } catch { return true; } });
  return missing.length > 0 && `starts servers of its own, and no binary of ${missing.join(', ')} is here`;
}

/** The first of these commands that is on the PATH. */
export function onPath(...commands) {
  const directories = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
  for (const command of commands) {
    for (const directory of directories) {
      const file = path.join(directory, command);
      if (fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return file;
    }
  }
  return undefined;
}
