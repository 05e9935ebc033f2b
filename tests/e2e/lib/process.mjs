// One child process: started, waited for until ready, noticed when it dies, stopped by its pid.
import fs from 'node:fs';
import { spawn } from 'node:child_process';

// The servers are Go's: near this much memory each collects its garbage more often, where several share a small machine.
const GOMEMLIMIT = '2GiB';

/** What runs, and the signal that ends it when we end. */
const running = new Map();

// However we end, nothing that we started stays behind.
process.on('exit', () => { for (const [child, signal] of running) child.kill(signal); });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));

export const sleep = ms => new Promise(done => setTimeout(done, ms));

/** Polls `probe` until it is truthy; throws after `seconds`, or at once when `given up()` says why. */
export async function until(what, probe, { seconds = 90, everyMs = 100, givenUp = () => undefined } = {}) {
  const end = Date.now() + seconds * 1000;
  let last;
  for (;;) {
    const dead = givenUp();
    if (dead) throw new Error(`${what}: ${dead}`);
    try {
      const value = await probe();
      if (value) return value;
    } catch (error) { last = error; }
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s${last ? ` (${last.cause?.code ?? last.message})` : ''}`);
    await sleep(everyMs);
  }
}

/** Is an address answered with a 2xx? */
export const answers = async url => (await fetch(url, { signal: AbortSignal.timeout(5000) })).ok;

/**
 * Starts `command args`, its output going to the file `log`, and waits until `ready` (an address or a function) says so.
 * What has processes of its own must end them itself, which `SIGKILL` does not let it: `parting` is what it gets when we end.
 * Returns {name, pid, log, died(): why it is no longer there, stop()}.
 */
export async function start({ name, command, args, log, ready, seconds, env = {}, cwd, parting = 'SIGKILL' }) {
  const output = fs.openSync(log, 'a');
  const child = spawn(command, args, { stdio: ['ignore', output, output], env: { ...process.env, GOMEMLIMIT, ...env }, cwd });
  fs.closeSync(output);
  running.set(child, parting);

  let ended, stopping = false;
  const gone = new Promise(done => {
    child.on('error', error => { ended = error.message; running.delete(child); done(); });
    child.on('exit', (code, signal) => { ended ??= signal ?? `exit code ${code}`; running.delete(child); done(); });
  });
  const died = () => ended && !stopping
    ? `${name} died (${ended}); the end of ${log}:\n${fs.readFileSync(log, 'utf8').split('\n').slice(-12).join('\n')}`
    : undefined;

  const stop = async () => {
    stopping = true;
    if (ended) return;
    child.kill('SIGTERM');
    const patience = setTimeout(() => child.kill('SIGKILL'), 3000);
    await gone;
    clearTimeout(patience);
  };

  try {
    if (ready) await until(`${name} is not ready`, typeof ready === 'string' ? () => answers(ready) : ready, { seconds, givenUp: died });
  } catch (error) {
    await stop();
    throw error;
  }
  return { name, pid: child.pid, log, died, stop, gone };
}
