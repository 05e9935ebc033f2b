// While somebody works on the app its config.json names sources on the page's own origin, so that the proxies of Trunk.toml
// are asked and not the sample incident.
//
// Run by Trunk (Trunk.toml, post_build) in TRUNK_STAGING_DIR; without JOBSCOPE_DEV, which scripts/dev sets, nothing changes.
import fs from 'node:fs';
import path from 'node:path';
import { SAME_ORIGIN } from '../tests/e2e/lib/stack.mjs';

const { JOBSCOPE_DEV, TRUNK_STAGING_DIR } = process.env;
if (JOBSCOPE_DEV) {
  const file = path.join(TRUNK_STAGING_DIR, 'config.json');
  const config = JSON.parse(fs.readFileSync(file, 'utf8'));
  fs.writeFileSync(file, JSON.stringify({ ...config, sources: SAME_ORIGIN }, null, 2));
}
