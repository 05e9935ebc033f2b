// The content security policy that fits a configuration.

const origin = address => { try { return new URL(address).origin; } catch { return undefined; } };

/** Origins that config.json names beyond the page's own, each with its WebSocket twin for Loki's live tail. */
export function connectSources(config) {
  const origins = new Set();
  const look = value => {
    if (typeof value === 'string') { if (/^https?:\/\//.test(value)) origins.add(origin(value)); }
    else if (value && typeof value === 'object') Object.values(value).forEach(look);
  };
  look(config.sources);
  return [...origins].filter(Boolean).flatMap(each => [each, each.replace(/^http/, 'ws')]);
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
