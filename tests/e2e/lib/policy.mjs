// The content security policy that fits a configuration.
import fs from 'node:fs';
import path from 'node:path';

/** Origins that `sources` names beyond the page's own; Loki's with a WebSocket twin, for the live tail. */
export function connectSources({ sources }) {
  const origins = Object.entries(sources ?? {}).flatMap(([name, source]) => {
    // What is no address, the page tells.
    if (!/^https?:\/\//i.test(source?.url) || !URL.canParse(source.url)) return [];
    const { origin } = new URL(source.url);
    return name === 'loki' ? [origin, origin.replace(/^http/, 'ws')] : [origin];
  });
  return [...new Set(origins)];
}

/** The system files that a configuration lists, from the directory of the built app. What is wrong with one, the page tells. */
export function systemFiles(directory, { systems = [] }) {
  return systems.flatMap(name => {
    try { return [JSON.parse(fs.readFileSync(path.join(directory, 'systems', `${name}.json`), 'utf8'))]; } catch { return []; }
  });
}

/**
 * The policy that fits a whole configuration: its sources, those that its system files name for the kinds that it does not,
 * and who may show the page in a frame.
 */
export function policyFor(config, systems) {
  const named = [config, ...systems.map(system => ({ sources: { ...system?.sources, ...config.sources } }))];
  const frameAncestors = ["'self'", ...(config.embed?.allowed_origins ?? [])].join(' ');
  return policy({ connect: [...new Set(named.flatMap(connectSources))], frameAncestors });
}

export const policy = ({ connect = [], frameAncestors = "'self'" } = {}) => [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  ["connect-src 'self'", ...connect].join(' '),
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  `frame-ancestors ${frameAncestors}`,
  "require-trusted-types-for 'script'",
  'trusted-types default',
].join('; ');
