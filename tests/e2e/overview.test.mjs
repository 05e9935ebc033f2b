// The overview: what it shows equals what the servers answer to a question made outside the app.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { FAILED_REQUESTS, accessibleEverywhere, harness, tabTo } from './lib/harness.mjs';
import { sleep, until } from './lib/process.mjs';

const it = harness();
const MINUTE_SECS = 60;
const STEP_SECS = 15;
// Of what the generator wrote, the last whole hour.
const end = Math.floor(Number(BigInt(JSON.parse(fs.readFileSync(process.env.DEMO_TRUTH, 'utf8')).end.ns) / 1_000_000_000n) / MINUTE_SECS) * MINUTE_SECS;
const view = { page: 'overview', from: `${(end - 3600) * 1000}`, to: `${end * 1000}` };
const TITLES = ['Queue depth by stage', 'Dead letters', 'read', 'write'];

const opened = async options => {
  const page = await it.open(view, options);
  await page.locator('.panel-value, .legend').first().waitFor();
  return page;
};

/** Nothing is awaited any more, and all charts are drawn. */
async function settled(page) {
  await page.waitForFunction(n => document.querySelectorAll('.panel canvas.is-drawn').length === n
    && !document.querySelector('[aria-busy=true]'), TITLES.length);
  await page.evaluate(() => new Promise(done => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
}

const panel = (page, title) => page.getByRole('region', { name: title, exact: true });

/** {line: value} of a chart's legend. */
const legend = (page, title) => panel(page, title).locator('.chart-key').evaluateAll(keys => Object.fromEntries(keys.map(key =>
  [key.querySelector('.chart-name').innerText, key.querySelector('b').innerText])));

/** A number or length of time as it is written, without the narrow spaces. */
const plain = text => text.replaceAll(/\s/g, ' ');
/** Seconds as a chart writes them: three digits. */
const inWords = seconds => (seconds < 1 ? `${Number((seconds * 1000).toPrecision(3))} ms` : `${Number(seconds.toPrecision(3))} s`);

/** From when to when each chart is, and where its crosshair stands, in milliseconds since the epoch. */
const sliders = page => page.locator('.chart-over').evaluateAll(all =>
  all.map(it => [it.ariaValueMin, it.ariaValueMax, it.ariaValueNow].map(Number)));

/** Drags the pointer over the middle of a chart. */
async function drag(page, title) {
  const over = panel(page, title).locator('.chart-over');
  await over.scrollIntoViewIfNeeded();
  const box = await over.boundingBox();
  await page.mouse.move(box.x + box.width * 0.4, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + 42, { steps: 5 });
  await page.mouse.up();
  await page.mouse.move(0, 0);
  await page.waitForURL(url => url.searchParams.get('from') !== view.from);
  const { searchParams } = new URL(page.url());
  return [Number(searchParams.get('from')), Number(searchParams.get('to'))];
}

/** Waits until every chart is of this range. */
const follows = (page, range) => page.waitForFunction(([from, to]) => [...document.querySelectorAll('.chart-over')]
  .every(it => Number(it.ariaValueMin) === from && Number(it.ariaValueMax) === to), range);

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

test('legends and tables end with exactly the values that Prometheus has at the last step', async () => {
  const page = await opened();
  await settled(page);
  for (const [title, metric] of [['Queue depth by stage', 'queue_depth'], ['Dead letters', 'dlq_depth']]) {
    await panel(page, title).getByRole('button', { name: 'query' }).click();
    // The last step is at the end.
    assert.equal(plain(await panel(page, title).locator('.panel-query .dim').innerText()), `step ${STEP_SECS} s`);
    const there = await ask('query', { query: `sum by (queue) (${metric})`, time: end });
    const expected = Object.fromEntries(there.map(({ metric: { queue }, value: [, value] }) => [queue, value]));
    assert.deepEqual(await legend(page, title), expected, title);
    const { columns, rows } = await table(page, title);
    assert.deepEqual([columns[0], ...rows.at(-1).slice(0, 1)], ['Time', new Date(end * 1000).toISOString().slice(11, 16)]);
    assert.deepEqual(Object.fromEntries(columns.slice(1).map((queue, idx) => [queue, rows.at(-1)[idx + 1]])), expected, title);
  }
  assert.deepEqual(Object.keys(await legend(page, 'Queue depth by stage')), ['scrape_jobs', 'chunk_jobs', 'embed_jobs']);
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
    const [{ value: [, newest] }] = await ask('query', { query: own, time: end });
    const told = plain(await panel(page, title).locator('.panel-value').innerText());
    // The last bits of a sum depend on the order of its parts, which decides how a tie is rounded.
    assert.ok([1 - 1e-9, 1, 1 + 1e-9].map(it => inWords(Number(newest) * it)).includes(told), `${told}, ${newest} s was answered`);
    assert.deepEqual(Object.values(await legend(page, title)).map(plain), [told]);
    await page.done();
  });
}

/** Presses a button, and returns the numbers that the axes of read and write then get: {read, write}. */
async function axesAfter(page, button) {
  await page.evaluate(() => {
    const drawn = new Map(), prototype = CanvasRenderingContext2D.prototype;
    globalThis.drawn = drawn;
    globalThis.fillText ??= prototype.fillText;
    // Numbers of the value axis stand at its left, and the highest alone has its unit.
    prototype.fillText = function (text, ...place) {
      const title = this.canvas.closest('.panel').ariaLabel;
      if (this.textAlign === 'right' && /^\d/.test(text)) drawn.set(title, (drawn.get(title) ?? new Set()).add(text));
      return globalThis.fillText.call(this, text, ...place);
    };
  });
  await page.getByRole('button', { name: button }).click();
  await page.waitForFunction(() => ['read', 'write'].every(title => globalThis.drawn.has(title)));
  await settled(page);
  return page.evaluate(() => Object.fromEntries([...globalThis.drawn].map(([title, texts]) => [title, [...texts].join(' | ')])));
}

test('read and write can have one scale, and the address says so', async () => {
  // A slow read path may reach as high as the writes do: then a part of the hour without it tells the scales apart.
  let own, same;
  for (const [from, to] of [[end - 3600, end], [end - 3600, end - 1800], [end - 1800, end]]) {
    const page = await it.open({ ...view, from: `${from * 1000}`, to: `${to * 1000}` });
    await settled(page);
    same = await axesAfter(page, 'same scale');
    await page.waitForURL(/var-scale=same/);
    assert.match(same.read, /\d\s(ms|s)$/);
    assert.equal(same.read, same.write);
    own = await axesAfter(page, 'same scale');
    await page.waitForURL(url => !/var-scale/.test(url.href));
    await page.done();
    if (own.read !== own.write) break;
  }
  assert.notEqual(own.read, own.write);
  assert.ok([own.read, own.write].includes(same.read), `the larger of ${own.read} and ${own.write} is that of both: ${same.read}`);
});

test('all charts tell of the instant under the pointer, until it leaves', async () => {
  const page = await opened();
  await settled(page);
  const over = panel(page, 'write').locator('.chart-over');
  const { width, height } = await over.boundingBox();
  await over.hover({ position: { x: Math.round(width * 0.6), y: Math.round(height * 0.5) } });
  await page.waitForFunction(() => [...document.querySelectorAll('.chart-cross')].every(it => !it.hidden));
  const moments = await page.locator('.chart-at').allInnerTexts();
  assert.equal(new Set(moments).size, 1, `${moments}`);
  const instants = (await sliders(page)).map(([, , now]) => now);
  assert.equal(instants.length, TITLES.length);
  assert.equal(new Set(instants).size, 1, `${instants}`);
  const [at] = instants;
  assert.ok(at > end * 1000 - 3_600_000 && at < end * 1000, `${at}`);
  assert.equal(moments[0], new Date(at).toISOString().slice(11, 19));
  // The legend of a chart beside it tells the values of that instant.
  const there = await ask('query', { query: 'sum by (queue) (queue_depth)', time: at / 1000 });
  const expected = Object.fromEntries(there.map(({ metric: { queue }, value: [, value] }) => [queue, value]));
  assert.deepEqual(await legend(page, 'Queue depth by stage'), expected);
  await page.mouse.move(0, 0);
  await page.waitForFunction(() => [...document.querySelectorAll('.chart-cross')].every(it => it.hidden));
  assert.deepEqual([...new Set(await page.locator('.chart-at').allInnerTexts())], ['']);
  await page.done();
});

test('a part of a chart that is dragged over becomes the range of all, and Back returns to the whole', async () => {
  const page = await opened();
  await settled(page);
  const range = await drag(page, 'read');
  const [from, to] = range;
  assert.ok(from > Number(view.from) && to < Number(view.to) && from < to, page.url());
  await follows(page, range);
  await settled(page);
  const clock = at => new Date(at).toISOString().slice(11, 16);
  for (const told of await page.locator('.panel canvas').evaluateAll(all => all.map(it => it.ariaLabel))) {
    assert.match(told, new RegExp(`, ${clock(from)} to ${clock(to)} UTC`));
  }
  await page.goBack();
  await follows(page, [Number(view.from), Number(view.to)]);
  await page.done();
});

test('the address of a view opens that view again, to the pixel', async () => {
  const page = await opened();
  await settled(page);
  await page.getByRole('button', { name: 'same scale' }).click();
  await follows(page, await drag(page, 'write'));
  await panel(page, 'Queue depth by stage').locator('.chart-key').first().click();
  await panel(page, 'Queue depth by stage').getByRole('button', { name: 'query' }).click();
  await panel(page, 'read').getByRole('button', { name: 'table' }).click();
  await page.waitForURL(/var-hide-queues=.*var-show-queues=query&var-show-read=table/);
  await settled(page);
  const look = async each => ({
    charts: await each.locator('.panel canvas').evaluateAll(all => all.map(it => [it.ariaLabel, it.toDataURL()])),
    legends: await Promise.all(TITLES.map(title => legend(each, title))),
    values: await each.locator('.panel-value').allInnerTexts(),
    same: await each.getByRole('button', { name: 'same scale' }).getAttribute('aria-pressed'),
    hidden: await each.locator('.chart-key[aria-pressed=false]').allInnerTexts(),
    query: await each.locator('.panel-query code').allInnerTexts(),
    tables: await each.locator('.chart-table table').allInnerTexts(),
    range: await each.locator('.when').innerText(),
  });
  const again = await it.open(new URL(page.url()).searchParams);
  await again.locator('.panel-value').first().waitFor();
  await settled(again);
  // Exemplars come after the lines.
  const both = () => Promise.all([page, again].map(look));
  await until('they look alike', async () => isDeepStrictEqual(...await both()), { seconds: 10 }).catch(() => {});
  const [first, second] = await both();
  assert.deepEqual(second, first);
  assert.equal(first.same, 'true');
  for (const what of ['hidden', 'query', 'tables']) assert.equal(first[what].length, 1, what);
  assert.equal(again.url(), page.url());
  await page.done();
  await again.done();
});

test('the page is reached and worked by keyboard alone', async () => {
  const page = await it.open({ ...view, page: 'connections' }, { tolerate: FAILED_REQUESTS });
  await tabTo(page, page.getByRole('link', { name: 'Overview', exact: true }));
  await page.keyboard.press('Enter');
  await page.locator('.panel-value').first().waitFor();
  await settled(page);
  const queues = panel(page, 'Queue depth by stage');
  await tabTo(page, queues.getByRole('button', { name: 'query' }));
  await page.keyboard.press('Enter');
  await queues.locator('code', { hasText: 'queue_depth' }).waitFor();
  await tabTo(page, queues.getByRole('slider'));
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  assert.deepEqual((await sliders(page)).map(([, , now]) => now), TITLES.map(() => (end - STEP_SECS) * 1000));
  const first = queues.locator('.chart-key').first();
  await tabTo(page, first);
  await page.keyboard.press('Enter');
  assert.equal(await first.getAttribute('aria-pressed'), 'false');
  await tabTo(page, page.getByRole('button', { name: 'same scale' }));
  await page.keyboard.press('Enter');
  await page.waitForURL(/var-scale=same/);
  await tabTo(page, panel(page, 'write').getByRole('button', { name: 'table' }));
  await page.keyboard.press('Enter');
  await tabTo(page, panel(page, 'write').getByRole('button', { name: 'open its trace' }).first());
  await page.keyboard.press('Enter');
  await page.waitForURL(/page=job/);
  await page.locator('.state').first().waitFor();
  await page.done();
});

test('a page that nobody looks at asks nothing, and asks at once when it is looked at again', async () => {
  const page = await it.open({ page: 'overview', from: 'now-15m', to: 'now', refresh: '1s' });
  const asked = () => it.stack.faults.prometheus.seen.length;
  const more = async () => { const before = asked(); await until('nothing more is asked', () => asked() > before); };
  const look = isLooking => page.evaluate(hidden => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, !isLooking);
  await more();
  await look(false);
  await settled(page);
  const before = asked();
  await sleep(3_000);
  assert.equal(asked(), before);
  await look(true);
  await more();
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
  const page = await opened();
  await accessibleEverywhere(page);
  await page.done();
});
