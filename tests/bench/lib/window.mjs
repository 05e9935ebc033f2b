// A window for one cold visit, in a browser that has done what it does for every new window.
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Chromium loads pages of its own for the address bar's popup with every new window: for half a second to a second they take
 * the processors from whatever page is opened in it. Who opens a page has had the window before.
 */
const OWN_WORK_MS = 1_500;

/** Gives `act` a page without caches in a window of its own, and its context; gives what it gives. */
export async function inWindow(browser, act) {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
  try {
    const page = await context.newPage();
    await sleep(OWN_WORK_MS);
    return await act(page, context);
  } finally {
    await context.close();
  }
}
