// The sample incident: what a newcomer sees, with no server behind the page.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { launch, mounted, newPage } from './lib/chromium.mjs';
import { accessible } from './lib/harness.mjs';
import { ROOT } from './lib/paths.mjs';
import { answersOf, readRecording } from './lib/recording.mjs';
import { serve } from './lib/static.mjs';
import { causes, comes, steps } from './lib/steps.mjs';

const MAX_BYTES = 600_000;
const NOT_RECORDED = /is not in (the|this) recording/;
const directory = process.env.APP ?? path.join(ROOT, 'target/site');
const file = path.join(directory, 'sample/incident.jsrec');
const recording = readRecording(file);
const { examples, now_ns } = recording.head;
const now = now_ns / 1e6;

let site, browser;
before(async () => { [site, browser] = await Promise.all([serve({ directory }), launch()]); });
after(async () => { await browser?.close(); await site?.stop(); });

async function open(view, options) {
  const page = await newPage(browser, options);
  page.on('request', request => { if (/\/api\//.test(request.url())) page.problems.push(`a server was asked: ${request.url()}`); });
  await page.goto(`${site.url}?${new URLSearchParams(view)}`);
  await mounted(page);
  return page;
}

/** Nothing is awaited any more. */
const calm = page => page.waitForFunction(() => document.querySelector('h1') && !document.querySelector('.top .busy, [aria-busy=true]'));
/** Nothing is awaited, and nothing that begins a moment later is either. */
async function settled(page) {
  await calm(page);
  await page.waitForTimeout(150);
  await calm(page);
}
const main = page => page.locator('main').innerText();
const example = words => examples.find(each => words.test(each.words)) ?? assert.fail(`no example says ${words}`);

test('the sample is no larger than a picture', () => {
  const { size } = fs.statSync(file);
  assert(size <= MAX_BYTES, `${size} bytes`);
});

test('with no source configured, the overview of the sample is painted, its newest values those of the recording', async () => {
  const page = await open({ tz: 'utc' });
  await page.getByText(recording.head.title).first().waitFor();
  await settled(page);
  const legend = (await page.getByRole('region', { name: 'Queue depth by stage' }).locator('.chart-legend').innerText()).split('\n').map(each => each.trim());
  // The steps of jobs ask for the depth at other times.
  const isOfTheHour = ({ head: { range_ns: [from, to] } }) => to === recording.head.now_ns && to - from === 3_600e9;
  const [depth] = answersOf(recording, 'prometheus/query_range', /queue_depth/).filter(isOfTheHour).map(({ body }) => JSON.parse(body).data.result);
  assert.ok(depth.length, 'queues are in the recording');
  for (const { metric, values } of depth) {
    const [, value] = values.at(-1);
    const at = legend.findIndex(each => Object.values(metric).some(label => each.startsWith(label)));
    assert(legend.slice(at, at + 2).join(' ').match(/[\d.]+$/)?.[0] === value, `${JSON.stringify(metric)} is ${value} in ${legend.join(' | ')}`);
  }
  assert.doesNotMatch(await main(page), NOT_RECORDED);
  await page.done();
});

test('the sample is fetched after the first paint, and the page lives while it comes', async () => {
  const page = await newPage(browser);
  let answer;
  const held = new Promise(done => { answer = done; });
  await page.route(/\.jsrec$/, async route => { await held; await route.continue(); });
  await page.goto(site.url);
  await mounted(page);
  await page.getByText(/is being opened/).first().waitFor();
  await page.getByRole('navigation').getByRole('link', { name: 'Connections', exact: true }).waitFor();
  answer();
  await page.getByText(recording.head.title).first().waitFor();
  await settled(page);
  const { painted, began } = await page.evaluate(() => ({
    painted: performance.getEntriesByType('paint').map(({ name, startTime }) => [name, startTime]),
    began: performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.jsrec')).map(({ startTime }) => startTime),
  }));
  assert.deepEqual(painted.map(([name]) => name).sort(), ['first-contentful-paint', 'first-paint']);
  assert.equal(began.length, 1);
  for (const [name, at] of painted) assert.ok(began[0] > at, `the sample was asked for at ${began[0]} ms, ${name} was at ${at} ms`);
  await page.done();
});

test('the failed job that is offered first is beside the last good one of its kind', async () => {
  const page = await open({ page: 'job', job: examples[0].id, tab: 'compare' });
  await page.locator('.cmp-stages').getByText('missing').first().waitFor();
  assert.match(await page.locator('.cmp-sides').innerText(), /failed at scrape.*done/s);
  await settled(page);
  assert.doesNotMatch(await main(page), NOT_RECORDED);
  await page.done();
});

test('another failed job of the sample is compared with a good one that is offered', async () => {
  const page = await open({ page: 'job', job: example(/is gone$/).id, tab: 'compare' });
  await page.locator('.compare').getByRole('link', { name: example(/^done, with its whole trace/).words }).click();
  await page.locator('.cmp-stages').getByText('missing').first().waitFor();
  assert.match(await page.locator('.cmp-sides').innerText(), /failed at scrape.*done/s);
  await page.done();
});

test('a newcomer finds a failed job in the banner, and reads where and why it failed', async () => {
  const page = await open({});
  await page.getByRole('link', { name: examples[0].words }).click();
  await page.getByText('failed at scrape').first().waitFor();
  await settled(page);
  const words = await main(page);
  for (const expected of [examples[0].id, /http_403/, /docs\.example\.org/]) assert.match(words, new RegExp(expected));
  assert.doesNotMatch(words, NOT_RECORDED);
  await page.done();
});

test('every job that is offered has its whole page, at the hour and zoomed in', async () => {
  const page = await open({ page: 'job' });
  for (const { id, words } of examples) {
    await page.getByRole('link', { name: 'Job', exact: true }).click();
    const jobs = page.getByRole('region', { name: 'Jobs of this recording' });
    await jobs.getByRole('listitem').filter({ hasText: id }).getByRole('link').click();
    await page.getByRole('heading', { level: 1 }).filter({ hasText: id }).waitFor();
    await settled(page);
    const text = await main(page);
    const [, state] = /^(failed at \w+|done|still running|stuck|still waiting)/.exec(words) ?? assert.fail(words);
    assert.match(text, new RegExp({ 'still running': 'running', 'still waiting': 'queued' }[state] ?? state), `${id}: ${words}`);
    assert.doesNotMatch(text, NOT_RECORDED, `${id}: ${words}`);
  }
  await page.done();
  const zoomed = await open({ page: 'job', job: examples[0].id, from: now - 20 * 60_000, to: now });
  await zoomed.getByText('failed at scrape').first().waitFor();
  await settled(zoomed);
  assert.doesNotMatch(await main(zoomed), NOT_RECORDED);
  await zoomed.done();
});

for (const [width, height] of [[390, 844], [820, 1180], [2560, 1440]]) {
  test(`the hour is answered at any zoom on a screen ${width} px wide`, async () => {
    const page = await open({ from: 'now-1h', to: 'now' }, { viewport: { width, height }, deviceScaleFactor: width < 500 ? 3 : 1 });
    const minutes = ago => now - ago * 60_000;
    for (const [from, to] of [['now-1h', 'now'], ['now-30m', 'now'], [minutes(47.3), minutes(21.1)], [minutes(10), minutes(9)]]) {
      await page.goto(`${site.url}?${new URLSearchParams({ from: String(from).split('.')[0], to: String(to).split('.')[0] })}`);
      await page.getByText(recording.head.title).first().waitFor();
      await settled(page);
      assert.doesNotMatch(await main(page), NOT_RECORDED, `${from} to ${to}`);
      assert.equal(await page.locator('.chart-empty:visible').count(), 0, `${from} to ${to}: every chart has a line`);
    }
    await page.done();
  });
}

test('an exemplar of the hour opens its trace', async () => {
  const page = await open({});
  await page.getByText(recording.head.title).first().waitFor();
  await settled(page);
  const write = page.getByRole('region', { name: 'write', exact: true });
  await write.getByRole('button', { name: 'table' }).click();
  await write.getByRole('button', { name: 'open its trace' }).last().click();
  await page.waitForURL(/trace=/);
  await page.locator('.state').first().waitFor();
  await settled(page);
  assert.doesNotMatch(await main(page), NOT_RECORDED);
  await page.done();
});

test('the list of the hour is whole, and its failures are counted', async () => {
  const page = await open({ page: 'jobs', tz: 'utc' });
  await page.waitForFunction(() => /^All\s\d+\sjobs of this time\./.test(document.querySelector('.jobs-cover')?.innerText ?? ''));
  await settled(page);
  assert.doesNotMatch(await main(page), NOT_RECORDED);
  const n = Number(await page.locator('.count.failed b').innerText());
  assert.ok(n >= 5, `${n} failed`);
  await page.getByRole('tab', { name: /Failures/ }).or(page.getByRole('link', { name: /Failures/ })).first().click();
  await page.locator('main').getByText('http_403').first().waitFor();
  // What lies before the hour was not asked while it was made.
  await page.getByText(/still hang was not recorded|Also looked through/).waitFor();
  await page.done();
});

test('every job in trouble that is offered has its steps and its cause', async () => {
  for (const { id, words } of examples.filter(each => /^(failed|stuck)/.test(each.words))) {
    const page = await open({ page: 'job', job: id, tab: 'debug', tz: 'utc' });
    const told = JSON.stringify([words, await steps(page)]);
    const all = await steps(page);
    assert.ok(all.some(step => step.state === 'found') && all.every(step => step.says && step.state !== 'could not ask'), told);
    await comes(page).locator('.causes > li').first().waitFor();
    const [first] = await causes(page);
    assert.notEqual(first.rule, 'unknown', told);
    assert.doesNotMatch(await main(page), NOT_RECORDED, told);
    await page.done();
  }
});

test('what is not in it says so, and the page lives', async () => {
  const page = await open({ page: 'job', job: 'job-00000000-0000' });
  await page.getByText('“job-00000000-0000” is not in this recording').waitFor();
  await settled(page);
  await page.getByRole('link', { name: examples[0].words }).last().click();
  await page.getByText('failed at scrape').first().waitFor();
  await page.goto(`${site.url}?from=now-6h&to=now`);
  await page.getByText(NOT_RECORDED).first().waitFor();
  await settled(page);
  await page.getByRole('link', { name: 'Connections' }).first().click();
  await page.getByRole('heading', { name: 'Connections' }).waitFor();
  await page.done();
});

test('asking again changes nothing: its clock stands', async () => {
  const page = await open({ page: 'job', job: example(/running/).id, tz: 'utc' });
  await page.locator('.state.running').first().waitFor();
  await settled(page);
  const before = await page.locator('.facts').innerText();
  await page.keyboard.press('r');
  await settled(page);
  assert.equal(await page.locator('.facts').innerText(), before);
  await page.done();
});

for (const colorScheme of ['dark', 'light']) {
  test(`axe finds nothing in the sample, ${colorScheme}`, async () => {
    for (const view of [{}, { page: 'jobs' }, { page: 'job' }, { page: 'job', job: examples[0].id }]) {
      const page = await open(view, { colorScheme });
      await page.getByText(recording.head.title).first().waitFor();
      await settled(page);
      await accessible(page);
      await page.done();
    }
  });
}
