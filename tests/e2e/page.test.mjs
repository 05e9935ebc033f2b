// The page itself: it starts under the strict policy, wherever it is hosted and framed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import test, { after, before } from 'node:test';
import { launch, mounted, newPage } from './lib/chromium.mjs';
import { policy, policyFor } from './lib/policy.mjs';
import { startStack } from './lib/stack.mjs';

const EMBED_KEY = 'a-long-key-that-nobody-guesses';
let stack, browser;
before(async () => { [stack, browser] = await Promise.all([startStack({ app: process.env.APP }), launch()]); });
after(async () => { await browser?.close(); await stack?.stop(); });

/** Opens the address, waits for the program, closes; throws on any console error or violation. */
async function boots(url, look = async () => {}) {
  const page = await newPage(browser);
  await page.goto(url);
  await mounted(page);
  await look(page);
  await page.done();
}

test('boots through nginx with no console error and no violation of the policy', () => boots(stack.url));

test('asks for the wasm once, and for the configuration while it loads', async () => {
  const page = await newPage(browser);
  const asked = [];
  page.on('request', request => asked.push(new URL(request.url()).pathname));
  await page.goto(stack.url);
  await mounted(page);
  assert.equal(asked.filter(it => it.endsWith('.wasm')).length, 1, asked.join('\n'));
  assert.equal(asked.filter(it => it.endsWith('/config.json')).length, 1, asked.join('\n'));
  await page.done();
});

test('says what is wrong and what to do when the program cannot be loaded', async () => {
  const page = await newPage(browser, { tolerate: /./ });
  await page.route(/\.wasm$/, route => route.fulfill({ status: 404, body: 'gone' }));
  await page.goto(stack.url);
  await page.waitForFunction(() => document.getElementById('boot-cause')?.textContent);
  const words = await page.innerText('#boot');
  assert.match(words, /could not start/);
  assert.match(words, /application\/wasm/);
  await page.done();
});

test('boots under a sub-path, from the same files', async () => {
  const site = await stack.site({ BASE: '/tools/jobscope/' });
  await boots(site.url);
});

/** A page of another origin that shows `src` in a frame. */
async function framing(src, sandbox, use, tolerate) {
  const attribute = sandbox === undefined ? '' : ` sandbox="${sandbox}"`;
  const parent = http.createServer((_, response) => response.setHeader('content-type', 'text/html')
    .end(`<!doctype html><link rel="icon" href="data:,"><title>parent</title><iframe src="${src}"${attribute} width="1000" height="700"></iframe>`));
  await new Promise(listening => parent.listen(0, '127.0.0.1', listening));
  const page = await newPage(browser, { tolerate });
  try {
    await page.goto(`http://127.0.0.1:${parent.address().port}/`);
    await use(page, page.frames()[1]);
    await page.done();
  } finally {
    parent.close();
  }
}

for (const [name, sandbox, path] of [
  ['a plain frame', undefined, ''],
  ['a sandboxed frame that keeps its origin', 'allow-scripts allow-same-origin', ''],
  ['a sandboxed frame without an origin, through the embed path', 'allow-scripts', `embed/${EMBED_KEY}/`],
]) {
  test(`boots in ${name}`, async () => {
    const site = await stack.site({ FRAME_ANCESTORS: 'http://127.0.0.1:*', EMBED_KEY });
    await framing(`${site.url}${path}?embed=1`, sandbox, async (_, frame) => {
      await frame.waitForFunction(() => document.body && !document.getElementById('boot') && document.body.innerText.trim() !== '');
    });
  });
}

test('is not shown in a frame by an origin that was not named', async () => {
  await framing(stack.url, undefined, async (page, frame) => {
    await page.waitForFunction(() => document.readyState === 'complete');
    assert.match(frame.url(), /^chrome-error:/);
  }, /frame-ancestors/);
});

test('nginx sends the policy that the other servers send', async () => {
  const answer = await fetch(stack.url);
  assert.equal(answer.headers.get('content-security-policy').replace(/ +;/g, ';'), policy());
  assert.equal(answer.headers.get('access-control-allow-origin'), null);
});

test('the policy follows the configured sources and frames', () => {
  const config = { sources: { loki: { url: 'https://loki.example/x' }, prometheus: { url: 'prometheus' }, tempo: { url: 'https://loki.example' } }, embed: { allowed_origins: ['https://grafana.example'] } };
  assert.match(policyFor(config), /connect-src 'self' https:\/\/loki\.example wss:\/\/loki\.example;/);
  assert.match(policyFor(config), /frame-ancestors 'self' https:\/\/grafana\.example;/);
});

test('has nothing that axe objects to, in both themes and on a phone', async () => {
  const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  for (const options of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { viewport: { width: 390, height: 844 } }]) {
    const page = await newPage(browser, options);
    await page.goto(stack.url);
    await mounted(page);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    assert.deepEqual(violations.map(it => `${it.id}: ${it.nodes.map(node => node.target).join(', ')}`), []);
    await page.done();
  }
});
