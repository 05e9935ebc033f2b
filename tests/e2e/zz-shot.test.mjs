import fs from 'node:fs';
import test from 'node:test';
import { harness } from './lib/harness.mjs';
const it = harness();
const truth = JSON.parse(fs.readFileSync(process.env.DEMO_TRUTH, 'utf8'));
const end = Number(BigInt(truth.end.ns) / 1_000_000n);
const at = { from: `${end - 100 * 60_000}`, to: `${end + 60_000}` };
for (const [name, group, options, open] of [
  ['403-light', 'failed scraping http_403', { colorScheme: 'light', viewport: { width: 1300, height: 1000 } }, [[0, 0], [2, 0], [3, 1]]],
  ['oom-phone', 'failed embedding inference_oom', { colorScheme: 'dark', viewport: { width: 390, height: 844 } }, [[0, 0], [3, 0]]],
  ['lost-dark', 'failed chunking worker_lost', { colorScheme: 'dark', viewport: { width: 1300, height: 1000 } }, [[1, 2], [6, 0]]],
]) test(name, async () => {
  const [job] = truth.examples[group];
  const page = await it.open({ page: 'job', job: job.job_id, tab: 'debug', tz: 'utc', ...at }, options);
  await page.waitForFunction(() => document.querySelector('.step') && !document.querySelector('.step.waiting'), null, { timeout: 90_000 });
  for (const [step, fold] of open) await page.locator('.step').nth(step).locator('.step-fold').nth(fold).click();
  await page.waitForTimeout(1500);
  await page.screenshot({ path: `/tmp/shots/${name}.png`, fullPage: true });
  fs.writeFileSync(`/tmp/shots/${name}.txt`, await page.locator('.debug').innerText());
  await page.context().close();
});
