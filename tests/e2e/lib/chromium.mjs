// Chromium and its pages. A page collects what must not happen: console errors, uncaught errors, CSP violations.
import { chromium } from 'playwright-core';
import { onPath } from './paths.mjs';

const ARGS = [
  '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic',
  // A test that reaches for the outer world is a mistake.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

export function launch() {
  const executablePath = process.env.CHROMIUM_BIN ?? onPath('chromium', 'google-chrome', 'chromium-browser'); // else playwright's own
  return chromium.launch({ executablePath, headless: true, chromiumSandbox: process.getuid?.() !== 0, args: ARGS });
}

/**
 * The browser writes a line for every answer of 404, whatever the program makes of it. Two of them are answers like any
 * other: Tempo has no trace with this id (sampling dropped it), and Tempo 2.2 has no second version of that question.
 */
const NO_SUCH_TRACE = /status of 404 .*\/tempo\/api\/(v2\/)?traces\/[0-9a-f]+/;

/**
 * A new page in a context of its own. `tolerate` is a pattern of console errors that belong to the test,
 * such as the browser's own line about an answer of 502.
 * `page.problems` are those seen so far; `page.done()` throws if there are any, and closes the context.
 */
export async function newPage(browser, { tolerate, viewport = { width: 1280, height: 900 }, colorScheme = 'light', ...rest } = {}) {
  const context = await browser.newContext({ viewport, colorScheme, timezoneId: 'UTC', locale: 'en-GB', ...rest });
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  page.problems = [];
  const problem = text => { if (!tolerate?.test(text) && !NO_SUCH_TRACE.test(text)) page.problems.push(text); };
  page.on('pageerror', error => problem(`uncaught: ${error.message}`));
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) problem(`console ${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on('crash', () => problem('the page crashed'));
  await context.exposeBinding('jobscopeViolation', (_, text) => problem(`CSP: ${text}`));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', event =>
      globalThis.jobscopeViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
  });
  page.done = async () => {
    await context.close();
    if (page.problems.length) throw new Error(`the page had problems:\n  ${page.problems.join('\n  ')}`);
  };
  return page;
}

/** The program has mounted: the loading note is gone. */
export async function mounted(page) {
  await page.waitForFunction(() => document.body && !document.getElementById('boot') && document.body.innerText.trim() !== '');
}
