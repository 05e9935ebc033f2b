// The content security policy that fits a configuration.

/** Origins that config.json names beyond the page's own; Loki's with a WebSocket twin, for the live tail. */
export function connectSources({ sources = {} }) {
  const origins = Object.entries(sources).flatMap(([name, { url }]) => {
    if (!url.includes('://')) return [];
    const { origin } = new URL(url);
    return name === 'loki' ? [origin, origin.replace(/^http/, 'ws')] : [origin];
  });
  return [...new Set(origins)];
}

/** The policy that fits a whole configuration: its sources, and who may show the page in a frame. */
export const policyFor = config => policy({
  connect: connectSources(config), frameAncestors: ["'self'", ...(config.embed?.allowed_origins ?? [])].join(' '),
});

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
