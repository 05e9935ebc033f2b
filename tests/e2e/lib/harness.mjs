// What every browser test needs: a stack of its own before the shared servers, one browser, and pages that are checked when closed.
import fs from 'node:fs';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, afterEach, before } from 'node:test';
import { launch, mounted, newPage } from './chromium.mjs';
import { startStack } from './stack.mjs';

/** Lines that the browser itself writes to the console when an answer is an error or does not come. */
export const FAILED_REQUESTS = /Failed to load resource|net::ERR_/;

/**
 * Call at the top of a test file; `prepare(it)` runs once, when the stack is there; `options` are startStack's.
 * Returns {stack, browser, open(query, options)}.
 */
export function harness(prepare = async () => {}, options = {}) {
  const it = { stack: undefined, browser: undefined };
  before(async () => {
    [it.stack, it.browser] = await Promise.all([startStack({ app: process.env.APP, ...options }), launch()]);
    await prepare(it);
  });
  after(async () => { await it.browser?.close(); await it.stack?.stop(); });
  afterEach(() => {
    for (const fault of Object.values(it.stack?.faults ?? {})) fault.heal();
    it.stack?.check(); // a server that died is named here, not as a riddle in the next test
  });

  /** Opens the app at this query, at `base` (nginx). Close it with page.done(), which throws on what went wrong in it. */
  it.open = async (query, { base = it.stack.url, ...options } = {}) => {
    const page = await newPage(it.browser, options);
    await page.goto(`${base}?${new URLSearchParams(query)}`);
    await mounted(page);
    return page;
  };
  return it;
}

/** Presses Tab until this has the focus. */
export async function tabTo(page, target, presses = 80) {
  for (let i = 0; i < presses; i++) {
    await page.keyboard.press('Tab');
    if (await target.evaluate(node => node === document.activeElement)) return;
  }
  assert.fail(`Tab does not reach ${target}`);
}

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Throws when axe finds anything in the page. */
export async function accessible(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const found = violations.flatMap(each => each.nodes.map(node => `${each.id} (${each.help}): ${node.html.slice(0, 160)} ${node.any.map(any => any.message).join('; ').slice(0, 200)}`));
  assert.deepEqual(found, []);
}

/** Throws when axe finds anything in the page, in light or dark, there or as wide as a phone, or when it is wider than that. */
export async function accessibleEverywhere(page) {
  const wide = page.viewportSize();
  for (const [colorScheme, viewport] of [['light', wide], ['dark', wide], ['light', { width: 390, height: 844 }]]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    // Colours on their way from one to the other are nobody's.
    await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
    await page.evaluate(() => Promise.allSettled(document.getAnimations().filter(it => it instanceof CSSTransition).map(it => it.finished)));
    await accessible(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
  }
}
