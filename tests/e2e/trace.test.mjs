// The trace tab: the waterfall on real servers, and of files that no server knows.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { genTrace, toProtobuf } from '../bench/lib/gen-trace.mjs';
import { FAILED_REQUESTS, accessibleEverywhere, harness } from './lib/harness.mjs';
import { failedJob, goodLines, newJob, writeLines, writeSpans } from './lib/jobs.mjs';
import { scratch } from './lib/paths.mjs';
import { sleep, until } from './lib/process.mjs';

const MINUTE = 60_000;
const LAST_HOUR = { from: 'now-1h', to: 'now' };
let failed;
const it = harness(async ({ stack }) => { failed = await failedJob(stack.servers, Date.now() - 10 * MINUTE); });

const traceView = (job, more = {}) => ({ page: 'job', job: job.id, tab: 'trace', ...LAST_HOUR, ...more });
/** Names of the rows in view, from top to bottom, indented by their level. */
const rows = page => page.locator('.wf-row.span:not([hidden])').evaluateAll(all => all
  .map(row => [Number(row.dataset.row), `${'  '.repeat(row.ariaLevel - 1)}${row.querySelector('.wf-operation').textContent}`])
  .sort(([a], [b]) => a - b).map(([, name]) => name));
const rowsAre = (page, count) => page.waitForFunction(n => document.querySelectorAll('.wf-row.span:not([hidden])').length === n, count);

test('a failed job has its waterfall: each attempt below the message that set it off, the last one selected', async () => {
  const page = await it.open(traceView(failed));
  await rowsAre(page, 4);
  assert.deepEqual(await rows(page), ['apply_async/scrape_task', '  run/scrape_task', '  run/scrape_task', '  run/scrape_task']);
  await page.locator('.wf-row.on').waitFor();
  assert.match(await page.locator('.wf-row.on .wf-spoken').getAttribute('aria-label'), /run\/scrape_task, scraper, 3 s, failed/);
  assert.equal(await page.locator('.wf-row .wf-wait:visible').count(), 3, 'the time in the queue is drawn');
  // Lines that name no span have their lane below, whichever came first, and a way to them.
  const toLines = page.getByRole('button', { name: /^\d+ lines? without a span$/ });
  const n = Number.parseInt(await toLines.innerText(), 10);
  const all = await page.locator('.wf-row:not([hidden])').evaluateAll(all => all
    .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top).map(it => it.classList.contains('lane')));
  assert.equal(all.indexOf(true), 4, `lanes below four spans: ${all}`);
  assert.ok(n >= all.filter(Boolean).length, `${n} lines in ${all}`);
  // In a low window the page goes there, too, as it does with whoever goes through the rows by keys.
  await page.setViewportSize({ width: 1280, height: 420 });
  const isInWindow = row => page.waitForFunction(row => {
    const place = document.querySelector(row)?.getBoundingClientRect();
    return place && place.top >= 0 && place.bottom <= innerHeight;
  }, row);
  await toLines.click();
  await page.waitForURL(/line=/);
  await isInWindow('.wf-row.lane.on');
  await page.keyboard.press('Home');
  await isInWindow('.wf-row.span.on');
  await page.done();
});

test('a row leads to the span in full, and its link opens it again', async () => {
  const page = await it.open(traceView(failed));
  await rowsAre(page, 4);
  await page.locator('.wf-row.span').filter({ hasText: 'apply_async' }).click();
  await page.locator('.det-name').filter({ hasText: 'apply_async/scrape_task' }).waitFor();
  const href = await page.getByRole('link', { name: 'Link to this span' }).getAttribute('href');
  assert.match(href, /tab=trace.*trace=[0-9a-f]{32}.*span=[0-9a-f]{16}/);
  await page.goto(new URL(href, page.url()).href);
  await page.locator('.wf-row.on').filter({ hasText: 'apply_async' }).waitFor();
  await page.done();
});

test('keys fold, find, step from match to match, and zoom', async () => {
  const page = await it.open(traceView(failed));
  await rowsAre(page, 4);
  await page.keyboard.press(']');
  await rowsAre(page, 1);
  await page.keyboard.press('[');
  await rowsAre(page, 4);
  await page.keyboard.press('g');
  await page.keyboard.type('celery.state=RETRY');
  await page.locator('.wf-count', { hasText: '2 found' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('1 of 2').waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('2 of 2').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.wf-rows').focus();
  await page.keyboard.press('z');
  await page.getByRole('button', { name: 'see all' }).waitFor();
  await page.keyboard.press('0');
  await page.getByRole('button', { name: 'see all' }).waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  const keys = page.getByRole('heading', { name: 'In a trace' });
  await keys.waitFor();
  await page.keyboard.press('Escape');
  await keys.waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).getByRole('button', { name: 'Close' }).click();
  await keys.waitFor({ state: 'detached' });
  await page.done();
});

test('errors only, critical path and statistics tell what they count', async () => {
  const page = await it.open(traceView(failed));
  await rowsAre(page, 4);
  await page.getByRole('button', { name: /critical path/ }).click();
  await page.locator('.wf-path:visible').first().waitFor();
  await page.getByRole('button', { name: /critical path, .* waiting/ }).waitFor();
  await page.getByRole('button', { name: 'statistics' }).click();
  const table = page.getByRole('region', { name: 'Statistics' });
  await table.getByRole('row', { name: /scraper run\/scrape_task 3 10 s 10 s 3 s 3.33 s 4 s 4 s 3/ }).waitFor();
  await page.getByLabel('Group by').selectOption('.celery.state');
  await table.getByRole('row', { name: /^RETRY/ }).waitFor();
  await table.getByRole('button', { name: 'max' }).click();
  await page.waitForURL(/var-by=.*var-order=max/);
  const again = await it.open(new URL(page.url()).searchParams);
  await again.getByRole('region', { name: 'Statistics' }).getByRole('row', { name: /^RETRY/ }).waitFor();
  assert.equal(await again.getByRole('region', { name: 'Statistics' }).innerText(), await table.innerText());
  assert.equal(await again.getByLabel('Group by').inputValue(), '.celery.state');
  await page.done();
  await again.done();
});

test('folds, zoom and switches stand in the address, which opens them again', async () => {
  const page = await it.open(traceView(failed));
  await rowsAre(page, 4);
  await page.keyboard.press(']');
  await page.waitForURL(/fold=/);
  await page.keyboard.press('[');
  await page.waitForURL(url => !/fold=/.test(url.href));
  await page.locator('.wf-row.span').filter({ hasText: 'apply_async' }).click();
  await page.locator('.wf-rows').focus();
  await page.keyboard.press('ArrowLeft');
  await rowsAre(page, 1);
  await page.waitForURL(/fold=none,[0-9a-f]{16}/);
  for (const key of ['c', 't', 'w']) await page.keyboard.press(key);
  await page.waitForURL(/zoom=\d+\.\.\d+.*show=path,statistics/);
  const again = await it.open(new URL(page.url()).searchParams);
  await rowsAre(again, 1);
  await again.getByRole('button', { name: 'see all' }).waitFor();
  await again.getByRole('button', { name: /critical path, .* waiting/, pressed: true }).waitFor();
  await again.getByRole('region', { name: 'Statistics' }).waitFor();
  assert.equal(decodeURIComponent(again.url()), decodeURIComponent(page.url()));
  const axis = each => each.locator('.wf-head').innerText();
  assert.equal(await axis(again), await axis(page));
  // Back to all of it, by the page's own buttons: nothing is left in the address.
  await again.keyboard.press('0');
  await again.keyboard.press('[');
  for (const key of ['c', 't']) await again.keyboard.press(key);
  await rowsAre(again, 4);
  await again.waitForURL(url => !/fold=|zoom=|show=/.test(url.href));
  await page.done();
  await again.done();
});

test('rows of events and lines that were opened stand in the address, which opens them again', async () => {
  const page = await it.open(traceView(failed));
  await page.locator('.wf-row.lane [data-marks]').first().click();
  await page.waitForURL(/lane=/);
  await page.locator('.wf-row.span.on').waitFor();
  await page.locator('.wf-rows').focus();
  await page.keyboard.press('l');
  await page.waitForURL(/marks=[0-9a-f]{16}/);
  const marks = each => each.locator('.wf-row.mark:not([hidden])').evaluateAll(all => all.map(row => row.textContent).sort());
  const opened = await marks(page);
  assert.ok(opened.length >= 2, `${opened}`);
  const again = await it.open(new URL(page.url()).searchParams);
  await again.waitForFunction(n => document.querySelectorAll('.wf-row.mark:not([hidden])').length === n, opened.length);
  assert.deepEqual(await marks(again), opened);
  // Pressed again they are gone, from the address as well.
  await again.locator('.wf-rows').focus();
  await again.keyboard.press('l');
  await again.locator('.wf-row.lane [data-marks]').first().click();
  await again.waitForURL(url => !/lane=|marks=/.test(url.href));
  await page.done();
  await again.done();
});

test('errors only and services left out stand in the address, too', async () => {
  const page = await it.open(traceView(failed, { hide: 'orchestrator', show: 'errors' }));
  await rowsAre(page, 3);
  assert.deepEqual(await rows(page), ['run/scrape_task', 'run/scrape_task', 'run/scrape_task']);
  await page.keyboard.press('e');
  await page.waitForURL(url => !/show=/.test(url.href) && /hide=orchestrator/.test(url.href));
  await page.done();
});

test('two traces of one job are chosen one by one, or stand on one axis', async () => {
  const at = Date.now() - 20 * MINUTE;
  const job = newJob();
  const again = { ...job, trace: newJob().trace };
  await writeLines(it.stack.servers.loki.url, job, [...goodLines(job, at, 'scrape'), ...goodLines({ ...again }, at + 5 * MINUTE)]);
  await writeSpans(it.stack.servers.tempo.otlp, job, [{ service: 'scraper', name: 'first try', from: at, to: at + 2_000 }]);
  await writeSpans(it.stack.servers.tempo.otlp, again, [{ service: 'scraper', name: 'second try', from: at + 5 * MINUTE, to: at + 5 * MINUTE + 3_000 }]);
  const page = await it.open(traceView(job));
  const choice = page.getByLabel('Which trace');
  await choice.waitFor();
  await rowsAre(page, 1);
  await choice.selectOption({ index: 0 });
  await rowsAre(page, 2);
  assert.deepEqual(await rows(page), ['first try', 'second try']);
  await choice.selectOption({ index: 1 });
  await rowsAre(page, 1);
  assert.deepEqual(await rows(page), ['first try']);
  await page.done();
});

test('a job whose trace was not kept says why, and where to look instead', async () => {
  const job = newJob();
  await writeLines(it.stack.servers.loki.url, job, goodLines(job, Date.now() - 20 * MINUTE));
  const page = await it.open(traceView(job));
  await page.getByText(/not kept.*sampling keeps 15 %/).first().waitFor();
  await page.getByRole('link', { name: 'See the timeline' }).click();
  await page.locator('.tl-row').first().waitFor();
  await page.done();
});

const JAEGER = {
  data: [{
    traceID: '0af7651916cd43dd8448eb211c80319c', processes: { p1: { serviceName: 'gateway', tags: [] }, p2: { serviceName: 'worker', tags: [] } },
    spans: [
      { traceID: '0af7651916cd43dd8448eb211c80319c', spanID: 'b7ad6b7169203331', operationName: 'GET /things', references: [], startTime: 1_760_000_000_000_000, duration: 900_000, tags: [], logs: [], processID: 'p1' },
      { traceID: '0af7651916cd43dd8448eb211c80319c', spanID: 'c7ad6b7169203331', operationName: 'look up', references: [{ refType: 'CHILD_OF', traceID: '0af7651916cd43dd8448eb211c80319c', spanID: 'b7ad6b7169203331' }],
        startTime: 1_760_000_000_100_000, duration: 200_000, tags: [{ key: 'error', type: 'bool', value: true }], logs: [{ timestamp: 1_760_000_000_200_000, fields: [{ key: 'event', type: 'string', value: 'exception' }, { key: 'exception.stacktrace', type: 'string', value: 'Traceback:\n  line 1' }] }], processID: 'p2' },
    ],
  }],
};

test('a Jaeger file opens without a job, is saved as OTLP, and opens again', async () => {
  const directory = scratch('trace');
  const jaeger = path.join(directory, 'jaeger.json');
  fs.writeFileSync(jaeger, JSON.stringify(JAEGER));
  const page = await it.open({ page: 'job' });
  await page.locator('input[type=file]').setInputFiles(jaeger);
  await rowsAre(page, 2);
  assert.deepEqual(await rows(page), ['GET /things', '  look up']);
  await page.getByText('jaeger.json').waitFor();
  await page.locator('.wf-row.bad').click();
  await page.getByText('Traceback:').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()]);
  assert.equal(download.suggestedFilename(), 'trace-0af7651916cd43dd8448eb211c80319c.otlp.json');
  const otlp = path.join(directory, 'otlp.json');
  await download.saveAs(otlp);
  assert.equal(JSON.parse(fs.readFileSync(otlp, 'utf8')).resourceSpans.length, 2);
  await page.getByRole('button', { name: 'Close the file' }).click();
  await page.getByRole('heading', { name: 'Find a job' }).waitFor();
  await page.locator('input[type=file]').setInputFiles(otlp);
  await rowsAre(page, 2);
  await page.done();
});

/** Holds a file over an element of the page, and lets it go. */
async function drop(page, target, name, text) {
  const files = await page.evaluateHandle(([name, text]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], name, { type: 'application/json' }));
    return transfer;
  }, [name, text]);
  await page.dispatchEvent(target, 'dragover', { dataTransfer: files });
  await page.locator('main.over').waitFor();
  await page.dispatchEvent(target, 'drop', { dataTransfer: files });
  await page.locator('main.over').waitFor({ state: 'detached' });
}

test('a file is dropped onto any page', async () => {
  for (const [view, target] of [
    [{ page: 'job' }, '.no-job'], [traceView(failed), '.job-page'],
    [{ page: 'overview' }, '.overview'], [{ page: 'jobs' }, 'header.top'], [{ page: 'connections' }, 'main h1'],
  ]) {
    const page = await it.open(view, { tolerate: FAILED_REQUESTS });
    await page.locator(target).first().waitFor();
    await drop(page, target, 'dropped.json', JSON.stringify(JAEGER));
    await page.getByText('dropped.json').waitFor();
    await rowsAre(page, 2);
    assert.deepEqual(await rows(page), ['GET /things', '  look up']);
    assert.equal(new URL(page.url()).searchParams.get('page'), 'job');
    await page.done();
  }
});

test('a dropped file that is no trace says so, wherever it is dropped, and the next one opens', async () => {
  for (const [view, target] of [[{ page: 'job' }, '.no-job'], [traceView(failed), '.job-page'], [{ page: 'jobs' }, '.jobs-page']]) {
    const page = await it.open(view);
    await page.locator(target).first().waitFor();
    await drop(page, target, 'notes.json', 'hello');
    await page.getByRole('alert').filter({ hasText: /no JSON: at byte 0/ }).waitFor();
    await drop(page, 'main', 'dropped.json', JSON.stringify(JAEGER));
    await rowsAre(page, 2);
    await page.done();
  }
});

test('a file that is no trace says what it is', async () => {
  const directory = scratch('no-trace');
  const page = await it.open({ page: 'job' });
  for (const [name, text, expected] of [
    ['cut.json', JSON.stringify(JAEGER).slice(0, 300), /ends in the middle of a trace, after 300 bytes/],
    ['notes.txt', 'hello', /no JSON: at byte 0/],
    ['metrics.json', '{"status":"success","data":{"result":[]}}', /has no spans in it/],
  ]) {
    fs.writeFileSync(path.join(directory, name), text);
    await page.locator('input[type=file]').setInputFiles(path.join(directory, name));
    await page.getByRole('alert').filter({ hasText: expected }).waitFor();
  }
  await page.done();
});

test('axe objects to nothing, in both themes and on a phone', async () => {
  const page = await it.open(traceView(failed));
  await rowsAre(page, 4);
  await page.getByRole('button', { name: 'statistics' }).click();
  await page.getByRole('region', { name: 'Statistics' }).getByRole('row').nth(1).waitFor();
  await accessibleEverywhere(page);
  await page.done();
});

test('on a phone nothing that can be pressed is out of sight to one side', async () => {
  const page = await it.open(traceView(failed), { viewport: { width: 390, height: 844 } });
  await rowsAre(page, 4);
  const wide = await page.evaluate(() => ['.acts', '.tabs', '.wf-tools', '.wf-group', 'body']
    .flatMap(each => [...document.querySelectorAll(each)].filter(it => it.scrollWidth > it.clientWidth + 1).map(it => `${each} ${it.scrollWidth} > ${it.clientWidth}`)));
  assert.deepEqual(wide, []);
  const out = await page.locator('.acts :is(a, button), .tabs a, .wf-tools button:visible').evaluateAll(all => all
    .filter(it => it.getBoundingClientRect().right > innerWidth || it.getBoundingClientRect().left < 0).map(it => it.textContent));
  assert.deepEqual(out, []);
  await page.done();
});

test('a real Tempo keeps numbers apart from texts, and forgets a question that is posted: why the app asks as it does', async () => {
  const end = Math.ceil(Date.now() / 1000), when = { start: end - 3600, end, limit: 20 };
  const found = async (q, method = 'GET') => {
    const form = new URLSearchParams({ q, ...when });
    const answer = method === 'GET' ? await fetch(`${it.stack.servers.tempo.url}/api/search?${form}`)
      : await fetch(`${it.stack.servers.tempo.url}/api/search?${new URLSearchParams(when)}`, { method, body: form });
    return (await answer.json()).traces?.length ?? 0;
  };
  const ofJob = rest => `{ span.job.id = "${failed.id}" && span.celery.retries = ${rest} }`;
  await until('the trace is not found', async () => await found(ofJob('2')) === 1);
  assert.equal(await found(ofJob('"2"')), 0);
  assert.ok(await found('{ span.job.id = "nobody" }', 'POST') > 0);
});

test('the trace that the bench serves is what a real Tempo gives for the same spans, byte for byte but for their order', async () => {
  const { tempo } = it.stack.servers;
  const made = genTrace(2_000, 7);
  // What a request to write holds and what an answer holds are one message: OTLP's TracesData.
  const wrapped = toProtobuf(made);
  const body = wrapped.subarray(wrapped.length - messageLength(wrapped));
  const written = await fetch(`${tempo.otlp}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/x-protobuf' }, body });
  assert.equal(written.status, 200, await written.text());
  const asked = () => fetch(`${tempo.url}/api/traces/${made.traceId}`, { headers: { accept: 'application/protobuf' } });
  let answer = await asked();
  for (let i = 0; answer.status !== 200 && i < 50; i++) { await sleep(100); answer = await asked(); }
  assert.match(answer.headers.get('content-type'), /protobuf/);
  assert.equal((await answer.arrayBuffer()).byteLength, body.length);
});

/** How long the message is that a message holds as its only field: its length is a varint after one byte. */
function messageLength(bytes) {
  let length = 0, at = 1, shift = 0;
  for (; ; at++, shift += 7) {
    length += (bytes[at] & 0x7f) * 2 ** shift;
    if (bytes[at] < 0x80) return length;
  }
}
