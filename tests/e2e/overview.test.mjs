// The overview: what it shows equals what the servers answer to a question made outside the app.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { accessible, harness } from './lib/harness.mjs';

const it = harness();
const MINUTE_SECS = 60;
const STEP_SECS = 15;
// Of what the generator wrote, the last whole hour.
const end = Math.floor(Number(BigInt(JSON.parse(fs.readFileSync(process.env.DEMO_TRUTH, 'utf8')).end.ns) / 1_000_000_000n) / MINUTE_SECS) * MINUTE_SECS;
const view = { page: 'overview', from: `${(end - 3600) * 1000}`, to: `${end * 1000}` };

const opened = async options => {
  const page = await it.open(view, options);
  await page.locator('.panel-value, .legend').first().waitFor();
  return page;
};

const panel = (page, title) => page.getByRole('region', { name: title, exact: true });

/** A panel's table: {columns, rows: [[time, value …]]}. */
async function table(page, title) {
  await panel(page, title).getByRole('button', { name: 'table' }).click();
  await panel(page, title).locator('tbody tr').first().waitFor();
  return panel(page, title).locator('table').evaluate(node => ({
    columns: [...node.querySelectorAll('thead th')].map(each => each.innerText),
    rows: [...node.querySelectorAll('tbody tr')].map(row => [...row.children].map(each => each.innerText)),
  }));
}

async function ask(path, parameters) {
  const answer = await fetch(`${it.stack.servers.prometheus.url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
  return (await answer.json()).data.result;
}

test('the queue chart ends with the values that Prometheus has at that moment', async () => {
  const page = await opened();
  const { columns, rows } = await table(page, 'Queue depth by stage');
  const [time, ...values] = rows.at(-1);
  const [hours, minutes] = time.split(':').map(Number);
  const at = end - ((end / 60 - (hours * 60 + minutes)) % (24 * 60)) * 60;
  for (const [idx, queue] of columns.slice(1).entries()) {
    // A row stands for its minute: the value is one of those that lie in it.
    const [series] = await ask('query_range', { query: `sum(queue_depth{queue="${queue}"})`, start: at, end: at + MINUTE_SECS, step: STEP_SECS });
    const those = series.values.map(([, value]) => Number(value));
    assert.ok(those.includes(Number(values[idx])), `${queue} at ${time}: ${values[idx]} is none of ${those}`);
  }
  assert.deepEqual(columns.slice(1), ['scrape_jobs', 'chunk_jobs', 'embed_jobs']);
  await page.done();
});

for (const [title, operation] of [['read', 'read'], ['write', 'write']]) {
  test(`the 99th percentile of the ${title} path equals a question made outside the app, and is of that path only`, async () => {
    const page = await opened();
    await panel(page, title).getByRole('button', { name: 'query' }).click();
    const query = await panel(page, title).locator('code').innerText();
    assert.ok(query.includes(`operation="${operation}"`), query);
    const window = /\[(\w+)\]/.exec(query)[1];
    const own = `histogram_quantile(0.99, sum by (le) (rate(embedding_request_duration_seconds_bucket{operation="${operation}"}[${window}])))`;
    const [series] = await ask('query_range', { query: own, start: end - 3600, end, step: STEP_SECS });
    const newest = Number(series.values.filter(([, value]) => value !== 'NaN').at(-1)[1]);
    const shown = await panel(page, title).locator('.panel-value').innerText();
    const [, number, unit] = /^([\d.\s]+)\s*(ms|s)$/u.exec(shown.replaceAll(/\u00a0|\u202f/g, ' ')) ?? assert.fail(shown);
    const seconds = Number(number.replaceAll(' ', '')) / (unit === 'ms' ? 1000 : 1);
    // Three digits are shown.
    assert.ok(Math.abs(seconds - newest) <= newest * 0.006, `${shown} is shown, ${newest} s was answered`);
    await page.done();
  });
}

test('one panel\'s scale can be the other\'s, and the address says so', async () => {
  const page = await opened();
  await page.getByRole('button', { name: 'same scale' }).click();
  await page.waitForURL(/var-scale=same/);
  await page.done();
});

test('an exemplar opens its trace', async () => {
  const page = await opened();
  await table(page, 'write');
  await panel(page, 'write').getByRole('button', { name: 'open its trace' }).first().click();
  await page.waitForURL(/page=job/);
  await page.locator('.state').first().waitFor();
  await page.done();
});

test('axe objects to nothing, in both themes and on a phone', async () => {
  for (const options of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { viewport: { width: 390, height: 844 } }]) {
    const page = await opened(options);
    await accessible(page);
    await page.done();
  }
});
