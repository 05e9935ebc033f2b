// The page itself: it starts under the strict policy, wherever it is hosted and framed.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { launch, mounted, newPage } from './lib/chromium.mjs';
import { framing } from './lib/frames.mjs';
import { policy } from './lib/policy.mjs';
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

test('asks for the program of its page once, and for the configuration while it loads', async () => {
  const page = await newPage(browser);
  const asked = [];
  page.on('request', request => asked.push(new URL(request.url()).pathname));
  await page.goto(stack.url);
  await mounted(page);
  const modules = asked.filter(it => it.endsWith('.wasm')).map(it => it.slice(1));
  const programs = await page.evaluate(() => JSON.parse(document.querySelector('[data-programs]').dataset.programs));
  // What stands in the menus comes after the first paint, which may be by now.
  assert.deepEqual(modules.filter(it => !it.startsWith('part-app_more-')), [programs.overview], asked.join('\n'));
  assert.equal(asked.filter(it => it.endsWith('/config.json')).length, 1, asked.join('\n'));
  await page.done();
});

test('goes from every page to every other one, whichever program was started', async () => {
  const names = ['Overview', 'Jobs', 'Connections'];
  for (const first of ['page=overview', 'page=jobs', 'page=jobs&tab=failures', 'page=job', 'page=job&tab=trace', 'page=connections']) {
    const page = await newPage(browser, { tolerate: /buildinfo/ }); // which a Tempo 2.2 does not have
    await page.goto(`${stack.url}?${first}`);
    await mounted(page);
    for (const name of [...names, ...names.toReversed()]) {
      await page.getByRole('navigation').first().getByRole('link', { name, exact: true }).first().click();
      await page.getByRole('heading', { name, level: 1 }).waitFor({ state: 'attached' });
    }
    await page.done();
  }
});

test('a part that cannot be fetched is told, and fetched again on demand', async () => {
  const page = await newPage(browser, { tolerate: /./ });
  await page.goto(stack.url);
  await mounted(page);
  await page.route(/part-.*\.wasm$/, route => route.abort());
  await page.getByRole('link', { name: 'Connections', exact: true }).first().click();
  await page.locator('main').getByText('A part of Jobscope could not be fetched').waitFor();
  await page.unroute(/part-.*\.wasm$/);
  await page.locator('main').getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Connections', level: 1 }).waitFor();
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

for (const [name, sandbox, path] of [
  ['a plain frame', undefined, ''],
  ['a sandboxed frame that keeps its origin', 'allow-scripts allow-same-origin', ''],
  ['a sandboxed frame without an origin, through the embed path', 'allow-scripts', `embed/${EMBED_KEY}/`],
]) {
  test(`boots in ${name}`, async () => {
    const site = await stack.site({ FRAME_ANCESTORS: 'http://127.0.0.1:*', EMBED_KEY });
    await framing(browser, `${site.url}${path}?embed=1`, sandbox, async (_, frame) => {
      await frame.waitForFunction(() => document.body && !document.getElementById('boot') && document.body.innerText.trim() !== '');
    });
  });
}

test('is not shown in a frame by an origin that was not named', async () => {
  await framing(browser, stack.url, undefined, async (page, frame) => {
    await page.waitForFunction(() => document.readyState === 'complete');
    assert.match(frame.url(), /^chrome-error:/);
  }, /frame-ancestors/);
});

test('nginx sends the policy that the other servers send', async () => {
  const answer = await fetch(stack.url);
  assert.equal(answer.headers.get('content-security-policy').replace(/ +;/g, ';'), policy());
  assert.equal(answer.headers.get('access-control-allow-origin'), null);
});
