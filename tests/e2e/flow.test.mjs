// The debugging flow of every shipped system on real servers: of each kind of trouble that its telemetry holds, whoever
// opens the job reads the stage, the attempts and the error's code, and the cause that the generator meant from
// steps that have run; of a good job there is nothing to read.
import assert from 'node:assert/strict';
import test from 'node:test';
import { SYSTEMS } from './lib/demo.mjs';
import { harness } from './lib/harness.mjs';
import { causes, comes, named, steps, unanswered } from './lib/steps.mjs';
import { ms, read, rulesFor, stageOf, systemFile, truthOf } from './lib/truth.mjs';

const MINUTE = 60_000;
/** The step that finds what is wrong with the telemetry of a job that went well. */
const STEPS = { context_leak: 'context_leak', new_job_id_per_step: 'one_id_per_step' };
const it = harness();

/** What the step about a newer version says of the error is what Loki has since: traces of other jobs whose lines say all of its texts. */
async function goneOrNot(all, job) {
  const { says } = named(all, 'is it gone in the new version?');
  const [, texts] = /says? “(.+?)…?” since/.exec(says) ?? [];
  if (!texts) return assert.doesNotMatch(says, /still there|no line says/);
  const [, clock] = /first seen at (?:\S+ )?(\d\d:\d\d:\d\d)/.exec(says);
  const now = Date.now(), today = Date.parse(`${new Date(now).toISOString().slice(0, 10)}T${clock}Z`);
  const seen = today > now ? today - 24 * 60 * MINUTE : today;
  const tracesOf = async (text, since) => {
    const query = `{service_name=~"scraper|chunking|embedding-api|orchestrator"} |= \`${text}\` |~ \`(?i)"level": ?"(error|warning|critical)"\``;
    const asked = new URLSearchParams({ query, start: `${since}000000`, end: `${now}000000`, limit: 5000 });
    const { data } = await (await fetch(`${it.stack.servers.loki.url}/loki/api/v1/query_range?${asked}`)).json();
    return data.result.flatMap(stream => stream.values.map(([, line]) => JSON.parse(line).trace_id));
  };
  const alike = async since => {
    const [first, ...others] = await Promise.all(texts.split(': ').map(text => tracesOf(text, since)));
    return first.filter(trace => trace && !job.trace_ids.includes(trace) && others.every(it => it.includes(trace)));
  };
  // The page tells the whole second: what is said within it may be said before the version came.
  const [since, after] = await Promise.all([alike(seen), alike(seen + 1_000)]);
  const told = `${says}\nsince: ${since.slice(0, 9)}\nafter that second: ${after.slice(0, 9)}`;
  assert.match(says, after.length ? /still there|perhaps by the version before/ : since.length ? /./ : /no line says/, told);
}

for (const name of process.env.DEMO_TRUTHS ? SYSTEMS : []) {
  const truth = truthOf(name), end = ms(truth.end);
  const system = read(systemFile(name));
  /** A stage's name within a sentence, by any of its words. */
  const title = word => {
    const stage = stageOf(system, word), named = stage.title ?? stage.id;
    return named.charAt(0).toLowerCase() + named.slice(1);
  };
  const view = job => ({ page: 'job', sys: name, job: job.job_id, tab: 'debug', tz: 'utc', from: `${end - 100 * MINUTE}`, to: `${end + MINUTE}` });
  const kinds = state => Object.entries(truth.examples).filter(([kind]) => kind.startsWith(`${state} `)).map(([kind, [job]]) => [kind, job]);

  for (const [kind, job] of [...kinds('failed'), ...kinds('stuck')]) {
    test(`${name}: a job of the kind "${kind}" is diagnosed rightly from its steps`, async () => {
      const page = await it.open(view(job));
      let all = await steps(page);
      // A store with much to do gives up on a question, which the page says: a person asks again.
      if (await unanswered(page).count()) {
        await page.getByRole('button', { name: 'Run again' }).click();
        all = await steps(page);
      }
      await comes(page).locator('.causes > li').first().waitFor();
      const told = JSON.stringify([await causes(page), all], null, 1);
      assert.ok(all.length >= system.debug[0].steps.length && all.every(step => step.says), told);
      assert.ok(all.every(step => step.state !== 'could not ask'), told);
      assert.ok(all.some(step => step.state === 'found'), told);
      const [first] = await causes(page);
      assert.ok(rulesFor(job).includes(first.rule), `broken by ${job.flaw ?? job.cause ?? job.state}: ${told}`);
      assert.ok(first.refute, told);
      const words = await page.locator('main').innerText();
      if (/The same failure in \S+ other job/.test(words)) assert.ok(all.every(step => !/^No other job/.test(step.says)), told);
      if (name === 'cloudcix') await goneOrNot(all, job);
      if (job.state === 'failed') {
        assert.match(words, new RegExp(`failed at ${title(job.failed_stage)}`));
        if (job.attempts > 1) assert.match(words, new RegExp(`attempts\\s+${job.attempts}`));
        if (job.error_code) assert.match(words, new RegExp(job.error_code));
      }
      await page.done();
    });
  }

  // Of a job that got a new id for each step, one that came as far as its last.
  const flawed = Object.entries(truth.examples).filter(([kind]) => kind.startsWith('flawed '))
    .map(([kind, jobs]) => [kind, jobs.find(job => job.flaw !== 'new_job_id_per_step' || job.other_ids.length === 2)])
    .filter(([, job]) => STEPS[job?.flaw]);
  for (const [kind, job] of flawed) {
    test(`${name}: what is wrong with the telemetry of a job of the kind "${kind}" is found by its steps`, async () => {
      const page = await it.open(view(job));
      // Whoever looks at a job that ended well asks for the steps.
      const isDone = page.getByText('Nothing to debug');
      await isDone.or(page.locator('.step').first()).first().waitFor();
      if (await isDone.count()) await page.getByRole('button', { name: 'Run the steps' }).click();
      const all = await steps(page);
      const { title } = system.debug.flatMap(list => list.steps).find(step => step.kind === STEPS[job.flaw]);
      const told = JSON.stringify([await causes(page), all], null, 1);
      assert.equal(named(all, title).state, 'found', told);
      const [first] = await causes(page);
      assert.ok(first && rulesFor({ flaw: job.flaw }).includes(first.rule), told);
      await page.done();
    });
  }

  test(`${name}: nothing is wrong with a good job of any kind`, async () => {
    for (const [kind, job] of kinds('done').filter(([, job]) => !job.flaw)) {
      const page = await it.open(view(job));
      await page.getByText('Nothing to debug: the job is done').waitFor().catch(error => assert.fail(`${kind} ${job.job_id}: ${error.message}`));
      assert.deepEqual(await causes(page), [], kind);
      await page.locator('.state.done').first().waitFor();
      assert.doesNotMatch(await page.locator('main').innerText(), /failed at|undefined|NaN/);
      await page.done();
    }
  });
}
