// The whole of it on loopback: Loki, Tempo, Prometheus (or Mimir), a proxy that can misbehave in front of each,
// and nginx with the built app before all of them.
//
//   browser -> nginx (deploy/nginx.conf) -> fault proxy -> server
import fs from 'node:fs';
import path from 'node:path';
import { faultProxy } from './faults.mjs';
import { nginx } from './nginx.mjs';
import { scratch } from './paths.mjs';
import { connectSources } from './policy.mjs';
import { loki, mimir, prometheus, tempo } from './servers.mjs';

/** The configuration for a page whose proxy brings all sources under its own folder. */
export const SAME_ORIGIN = { loki: { url: '.' }, prometheus: { url: 'prometheus' }, tempo: { url: 'tempo' } };

/**
 * A copy of the built app that is configured with these sources; everything else in its config.json stays. systemFile:
 * a system file of one's own, which then is the only one.
 */
export function configured(app, data, sources = SAME_ORIGIN, systemFile = undefined) {
  const copy = fs.mkdtempSync(path.join(data, 'app-'));
  fs.cpSync(app, copy, { recursive: true });
  const file = path.join(copy, 'config.json');
  const config = { ...JSON.parse(fs.readFileSync(file, 'utf8')), sources };
  if (systemFile) {
    const { name } = JSON.parse(fs.readFileSync(systemFile, 'utf8'));
    fs.copyFileSync(systemFile, path.join(copy, 'systems', `${name}.json`));
    config.systems = [name];
  }
  fs.writeFileSync(file, JSON.stringify(config, null, 2));
  return copy;
}

/**
 * app: directory of the built app. withMimir: Mimir as well, metrics are then read from it, as `tenant`. port: nginx's, else a free one.
 * systemFile: a system file of one's own instead of the app's. scrape: {job: host:port} for a Prometheus of one's own. own: new
 * servers, though others run already.
 * Returns {url, data, servers, faults, site(values): another nginx (SOURCES: other sources, SYSTEM_FILE: another system), check(): throws when a server died, stop()}.
 */
export async function startStack({ app, withMimir = false, tenant = 'jobscope', port, systemFile, scrape, own = false, tell = () => {} }) {
  const data = scratch('stack');
  const started = [];
  const begin = Date.now();
  const keep = async (name, promise) => {
    const server = await promise;
    started.push(server);
    tell(`${name} ${server.url ?? ''} (${((Date.now() - begin) / 1000).toFixed(1)} s)`);
    return server;
  };
  const stop = async () => { await Promise.all(started.reverse().map(each => each.stop())); };

  try {
    const kinds = { loki, prometheus, tempo, ...(withMimir ? { mimir } : {}) };
    const settled = await Promise.allSettled(Object.entries(kinds).map(async ([name, run]) => [name, await keep(name, run(data, { scrape, own }))]));
    const failed = settled.find(each => each.status === 'rejected');
    if (failed) throw failed.reason;
    const servers = Object.fromEntries(settled.map(each => each.value));

    const faults = {};
    for (const name of ['loki', 'prometheus', 'tempo']) {
      const behind = name === 'prometheus' && withMimir ? `${servers.mimir.url}/prometheus` : servers[name].url;
      faults[name] = await faultProxy(behind);
      started.push(faults[name]);
    }

    const site = ({ SOURCES, SYSTEM_FILE = systemFile, ...values }) => keep('nginx', nginx(data, {
      ROOT: configured(app, data, SOURCES, SYSTEM_FILE), LOKI: faults.loki.host, PROMETHEUS: faults.prometheus.host, TEMPO: faults.tempo.host,
      TENANT: withMimir ? tenant : '', CONNECT_SRC: connectSources({ sources: SOURCES }).join(' '), ...values,
    }));
    const { url, access } = await site({ PORT: port });

    const check = () => {
      const dead = started.map(each => each.died?.()).filter(Boolean);
      if (dead.length) throw new Error(dead.join('\n'));
    };
    return { url, data, servers, faults, site, access, check, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
