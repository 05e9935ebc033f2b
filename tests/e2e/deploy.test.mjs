// deploy/: the compose file is whole, and the servers built here run its configurations.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { describe } from 'node:test';
import { parse } from 'yaml';
import { ROOT, absent, scratch, serverBinary } from './lib/paths.mjs';
import { policy } from './lib/policy.mjs';
import { freePorts } from './lib/ports.mjs';
import { start } from './lib/process.mjs';
import { isTempo3, tempo } from './lib/servers.mjs';

const DEPLOY = path.join(ROOT, 'deploy');
const compose = parse(fs.readFileSync(path.join(DEPLOY, 'compose.yaml'), 'utf8'));

test('the compose file names every server, and files that exist', () => {
  assert.deepEqual(Object.keys(compose.services).sort(), ['console', 'grafana', 'loki', 'mimir', 'prometheus', 'pyroscope', 'tempo']);
  for (const [name, service] of Object.entries(compose.services)) {
    for (const volume of service.volumes ?? []) {
      const [from] = volume.split(':');
      if (from.startsWith('./')) assert.ok(fs.existsSync(path.join(DEPLOY, from)), `${name}: ${from}`);
      else if (!from.startsWith('$')) assert.ok(from in compose.volumes, `${name}: the volume ${from}`);
    }
    for (const port of service.ports ?? []) assert.match(port, /^127\.0\.0\.1:/, `${name} is open to the network`);
    for (const other of service.depends_on ?? []) assert.ok(other in compose.services, `${name} needs ${other}`);
  }
});

test('every placeholder of nginx.conf is filled in the compose file', () => {
  const names = [...fs.readFileSync(path.join(DEPLOY, 'nginx.conf'), 'utf8').matchAll(/\$\{([A-Z_]+)\}/g)].map(match => match[1]);
  assert.deepEqual([...new Set(names)].sort(), Object.keys(compose.services.console.environment).sort());
});

test('every configuration parses, and Caddy sends the policy that nginx sends', () => {
  for (const file of fs.readdirSync(path.join(DEPLOY, 'compose'))) assert.ok(parse(fs.readFileSync(path.join(DEPLOY, 'compose', file), 'utf8')), file);
  assert.ok(fs.readFileSync(path.join(DEPLOY, 'Caddyfile'), 'utf8').includes(`"${policy()}"`));
});

/** Runs a service's own command and configuration, with its directories and its addresses moved out of the way. */
async function runs(name, { directory, config, ready, flags }) {
  const data = scratch(`compose-${name}`);
  const mounted = compose.services[name].volumes.find(volume => volume.startsWith('./')).split(':');
  const file = path.join(data, path.basename(config));
  fs.writeFileSync(file, fs.readFileSync(path.join(DEPLOY, mounted[0]), 'utf8').replaceAll(`${directory}/`, `${data}/`).replaceAll(`path_prefix: ${directory}`, `path_prefix: ${data}`));
  const [http, grpc, members] = await freePorts(3);
  const args = compose.services[name].command.map(each => each.replace(mounted[1], file).replace(`=${directory}`, `=${data}`));
  const server = await start({
    name, command: serverBinary(name), args: [...args, ...flags({ http, grpc, members })], cwd: data,
    log: path.join(data, 'output.log'), ready: `http://127.0.0.1:${http}${ready}`,
  });
  await server.stop();
}

const dskit = ({ http, grpc }) => [
  '-server.http-listen-address=127.0.0.1', `-server.http-listen-port=${http}`, '-server.grpc-listen-address=127.0.0.1', `-server.grpc-listen-port=${grpc}`,
];

describe('a server built here runs the configuration of', { concurrency: true }, () => {
  test('Loki', { skip: absent('loki') }, () => runs('loki', { directory: '/loki', config: 'loki.yaml', ready: '/ready', flags: dskit }));
  test('Prometheus', { skip: absent('prometheus') }, () => runs('prometheus', {
    directory: '/prometheus', config: 'prometheus.yaml', ready: '/-/ready', flags: ({ http }) => [`--web.listen-address=127.0.0.1:${http}`],
  }));
  test('Mimir', { skip: absent('mimir') }, () => runs('mimir', {
    directory: '/mimir', config: 'mimir.yaml', ready: '/ready', flags: ports => [...dskit(ports), `-memberlist.bind-port=${ports.members}`],
  }));
  // Go modules give a 2.2 alone; the file is for 3, and a Tempo 3 in TEMPO_BIN runs every test with it.
  const no3 = absent('tempo') || (!isTempo3(serverBinary('tempo')) && 'the Tempo that is here is no Tempo 3: name one with TEMPO_BIN');
  test('Tempo', { skip: no3 }, async () => {
    delete process.env.TEMPO_URL; // one of its own, whatever runs already
    await (await tempo(scratch('compose-tempo'))).stop();
  });
});
