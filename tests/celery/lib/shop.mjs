// The Darkroom, run: Redis, three Celery workers, the counter, the exporter of Celery's metrics, the photo host, and the
// shipper of their logs. Every process is known and stopped by its id.
import fs from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { freePorts } from '../../e2e/lib/ports.mjs';
import { ROOT } from '../../e2e/lib/paths.mjs';
import { answers, start, until } from '../../e2e/lib/process.mjs';
import { photoHost } from './photos.mjs';
import { ship } from './shipper.mjs';

const HERE = path.join(ROOT, 'tests/celery');
export const SYSTEM = path.join(HERE, 'system.json');
const WORKERS = {
  fetcher: { queues: 'originals,ledger', processes: 2 },
  developer: { queues: 'plates', processes: 1 },
  press: { queues: 'sheets', processes: 1 },
};
const QUEUES = Object.values(WORKERS).map(it => it.queues).join(',');

/** What scripts/env.sh says; throws with what to do where it is not there. */
function fromEnv(call, what) {
  const found = execFileSync('bash', ['-c', `source "${ROOT}/scripts/env.sh"; ${call}`], { encoding: 'utf8' }).trim();
  if (!found || !fs.existsSync(found)) throw new Error(`${what} is not there: run scripts/setup test`);
  return found;
}

/** The processes that a process started. */
const children = pid => {
  try { return execFileSync('pgrep', ['-P', `${pid}`], { encoding: 'utf8' }).split('\n').filter(Boolean).map(Number); } catch { return []; }
};
const kill = (pid, signal) => { try { process.kill(pid, signal); } catch { /* it is gone already */ } };

/** Ports for a shop, with the addresses that a Prometheus scrapes: they must be known before either is started. */
export async function shopPorts() {
  const [redis, counter, exporter] = await freePorts(3);
  return { redis, counter, exporter, scrape: { counter: `127.0.0.1:${counter}`, celery: `127.0.0.1:${exporter}` } };
}

/**
 * data: a directory for logs. loki, otlp: where lines and spans go; without them they go nowhere but into the logs.
 * ports: from shopPorts(). visibilitySecs: after how long Redis gives out again what a dead worker had.
 *
 * Returns {url, photos: address of the photo host, order({…}): takes an order and returns its reference and task ids,
 * killTask(worker): SIGKILL to the process that works, killWorker(worker): to all of it, startWorker(worker),
 * stopBroker(): SIGSTOP, resumeBroker(), wrote(service, text): waits for it in a log, logs: {service: file}, pids(),
 * check(): throws when a process died or lines were not taken, stop()}.
 */
export async function openShop({ data, loki, otlp, ports, visibilitySecs = 3600, tell = () => {} }) {
  ports ??= await shopPorts();
  const directory = fs.mkdtempSync(path.join(data, 'darkroom-'));
  const python = path.join(fromEnv('celery_venv', 'The Python environment of tests/celery'), 'bin/python');
  const redisServer = fromEnv('redis_bin', 'Redis');
  const broker = `redis://127.0.0.1:${ports.redis}/0`;
  const log = name => path.join(directory, `${name}.log`);
  const logs = Object.fromEntries(['counter', ...Object.keys(WORKERS)].map(name => [name, log(name)]));
  const env = {
    PYTHONPATH: HERE, PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1', PYTHONWARNINGS: 'ignore', BROKER_URL: broker, VISIBILITY_TIMEOUT: `${visibilitySecs}`,
    // Celery then ends at SIGTERM without waiting for the task in hand.
    REMAP_SIGTERM: 'SIGQUIT', ...(otlp ? { OTEL_EXPORTER_OTLP_ENDPOINT: otlp } : {}),
  };
  const running = {};
  const shipper = loki && ship(loki, 'darkroom', logs);

  const startWorker = async name => {
    const { queues, processes } = WORKERS[name];
    const before = fs.existsSync(log(name)) ? fs.readFileSync(log(name), 'utf8').length : 0;
    running[name] = await start({
      name, command: python, log: log(name), seconds: 60, cwd: directory, env: { ...env, SERVICE: name },
      args: ['-m', 'celery', '-A', 'darkroom.queue', 'worker', '-Q', queues, '-n', `${name}@%h`, '--concurrency', `${processes}`],
      ready: () => /@\S+ ready\./.test(fs.readFileSync(log(name), 'utf8').slice(before)),
    });
    tell(`${name} works on ${queues}`);
  };
  // Its own processes may live on for a moment when it is killed.
  const stopWorker = async name => {
    const pids = children(running[name].pid);
    await running[name].stop();
    pids.forEach(pid => kill(pid, 'SIGKILL'));
  };
  const stop = async () => {
    if (running.redis) kill(running.redis.pid, 'SIGCONT');
    await Promise.all(Object.keys(running).filter(it => it !== 'redis').map(it => (WORKERS[it] ? stopWorker(it) : running[it].stop())));
    await running.redis?.stop();
    await photos?.stop();
    await shipper?.stop();
  };

  let photos;
  try {
    photos = await photoHost();
    running.redis = await start({
      name: 'redis', command: redisServer, log: log('redis'), cwd: directory,
      args: ['--port', `${ports.redis}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      ready: () => /Ready to accept connections/.test(fs.readFileSync(log('redis'), 'utf8')),
    });
    const url = `http://127.0.0.1:${ports.counter}`;
    const settled = await Promise.allSettled([
      ...Object.keys(WORKERS).map(startWorker),
      start({
        name: 'counter', command: python, log: log('counter'), cwd: directory, env: { ...env, SERVICE: 'counter' },
        args: ['-m', 'uvicorn', 'darkroom.counter:app', '--host', '127.0.0.1', '--port', `${ports.counter}`, '--no-access-log', '--log-level', 'warning'],
        ready: `${url}/metrics`, seconds: 60,
      }).then(it => { running.counter = it; tell(`the counter is open at ${url}`); }),
      start({
        name: 'celery-exporter', command: python, log: log('exporter'), cwd: directory, env,
        // The package has no command of its own: its image runs this.
        args: ['-c', 'from src.cli import cli; cli()', '--broker-url', broker, '--host', '127.0.0.1', '--port', `${ports.exporter}`, '--queues', QUEUES],
        ready: () => answers(`http://127.0.0.1:${ports.exporter}/health`), seconds: 60,
      }).then(it => { running.exporter = it; }),
    ]);
    const failed = settled.find(it => it.status === 'rejected');
    if (failed) throw failed.reason;

    const order = async wanted => {
      const answer = await fetch(`${url}/orders`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(wanted) });
      if (!answer.ok) throw new Error(`the counter refused: ${answer.status} ${await answer.text()}`);
      const { order_ref, task_ids } = await answer.json();
      return { ref: order_ref, tasks: task_ids };
    };
    const check = () => {
      const dead = Object.values(running).map(it => it.died()).filter(Boolean);
      if (shipper?.error()) dead.push(`the shipper: ${shipper.error().message}`);
      if (dead.length) throw new Error(dead.join('\n'));
    };
    const wrote = (name, text, seconds = 60) => until(`${name} did not write “${text}”`, () => fs.readFileSync(log(name), 'utf8').includes(text), { seconds });
    return {
      url, photos: photos.url, logs, order, check, stop, startWorker, wrote,
      pids: () => Object.fromEntries(Object.entries(running).map(([name, it]) => [name, it.pid])),
      killTask: name => children(running[name].pid).forEach(pid => kill(pid, 'SIGKILL')),
      killWorker: async name => {
        const worker = running[name];
        const pids = [worker.pid, ...children(worker.pid)];
        delete running[name];
        pids.forEach(pid => kill(pid, 'SIGKILL'));
        await worker.gone;
      },
      stopBroker: () => kill(running.redis.pid, 'SIGSTOP'),
      resumeBroker: () => kill(running.redis.pid, 'SIGCONT'),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
