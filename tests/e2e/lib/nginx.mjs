// nginx on deploy/nginx.conf, the file that people deploy, with its placeholders filled in.
import fs from 'node:fs';
import path from 'node:path';
import { freePorts } from './ports.mjs';
import { ROOT, onPath } from './paths.mjs';
import { answers, start } from './process.mjs';

// Where no Pyroscope is, nobody answers.
const DEFAULTS = { PYROSCOPE: '127.0.0.1:9', BASE: '/', TENANT: '', CONNECT_SRC: '', FRAME_ANCESTORS: "'self'", EMBED_KEY: '' };

/** Fills ${NAME} for the names of `values`; nginx's own $variables stay. */
export function render(template, values) {
  return template.replace(/\$\{([A-Z_]+)\}/g, (all, name) => {
    if (values[name] === undefined) throw new Error(`deploy/nginx.conf: nothing given for ${name}`);
    return values[name];
  });
}

/**
 * values: ROOT (the built app), LOKI, PROMETHEUS, TEMPO, PYROSCOPE (host:port, without scheme), and what deploy/nginx.conf names besides;
 * PORT, else a free one.
 * Returns {url: address of the app, with BASE, …}.
 */
export async function nginx(data, { PORT, ...values }) {
  const port = PORT ?? (await freePorts(1))[0];
  const LISTEN = `127.0.0.1:${port}`;
  const filled = { ...DEFAULTS, LISTEN, ...values };
  const directory = fs.mkdtempSync(path.join(data, 'nginx-'));
  const site = render(fs.readFileSync(path.join(ROOT, 'deploy/nginx.conf'), 'utf8'), filled);
  const conf = path.join(directory, 'nginx.conf');
  fs.writeFileSync(conf, `
daemon off; worker_processes 1; pid ${directory}/pid; error_log stderr warn;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 512; }
http {
  types {
    text/html html; text/css css; text/javascript js; application/wasm wasm; application/json json; image/svg+xml svg; image/png png;
  }
  default_type application/octet-stream;
  access_log ${directory}/access.log;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(kind => `${kind}_temp_path ${directory}/${kind};`).join(' ')}
  ${site}
}
`);
  const url = `http://${LISTEN}${filled.BASE}`;
  const server = await start({
    name: 'nginx', command: process.env.NGINX_BIN ?? onPath('nginx') ?? 'nginx', args: ['-p', directory, '-c', conf, '-e', 'stderr'],
    log: path.join(directory, 'output.log'), ready: () => answers(`${url}index.html`), seconds: 15, parting: 'SIGTERM',
  });
  return { ...server, url, access: () => fs.readFileSync(path.join(directory, 'access.log'), 'utf8') };
}
