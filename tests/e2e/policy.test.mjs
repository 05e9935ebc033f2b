// The content security policy follows what the configuration and its system files name.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { scratch } from './lib/paths.mjs';
import { policyFor, systemFiles } from './lib/policy.mjs';

const connect = (config, systems = []) => /connect-src ([^;]*)/.exec(policyFor(config, systems))[1];

test('the configured sources and frames', () => {
  const config = { sources: { loki: { url: 'https://loki.example/x' }, prometheus: { url: 'prometheus' }, tempo: { url: 'https://loki.example' } }, embed: { allowed_origins: ['https://grafana.example'] } };
  assert.equal(connect(config), "'self' https://loki.example wss://loki.example");
  assert.match(policyFor(config, []), /frame-ancestors 'self' https:\/\/grafana\.example;/);
  assert.equal(connect({}), "'self'");
});

test('the sources of system files, for the kinds that the configuration does not name', () => {
  const shop = { sources: { loki: { url: 'https://logs.shop.example' }, prometheus: { url: '/shop/prometheus' }, tempo: { url: 'http://10.0.0.7:3200' } } };
  const both = "'self' https://logs.shop.example wss://logs.shop.example http://10.0.0.7:3200";
  assert.equal(connect({}, [{}, shop, shop]), both);
  assert.equal(connect({}, [null, { sources: { loki: {}, tempo: null, prometheus: { url: 'https://a; script-src *' } } }]), "'self'", 'what is wrong opens nothing');
  assert.equal(connect({ sources: { tempo: { url: 'tempo' } } }, [shop]), both.replace(' http://10.0.0.7:3200', ''));
});

test('the system files are those that the configuration lists', () => {
  const directory = scratch('policy');
  fs.mkdirSync(path.join(directory, 'systems'));
  for (const name of ['shop', 'other']) fs.writeFileSync(path.join(directory, 'systems', `${name}.json`), JSON.stringify({ name }));
  fs.writeFileSync(path.join(directory, 'systems/broken.json'), '{');
  assert.deepEqual(systemFiles(directory, { systems: ['shop', 'broken', 'missing'] }), [{ name: 'shop' }]);
});
