// The list of jobs: 5,000 put together from 100,000 lines, 20,000 rows filtered and their failures put together; native
// beside the browser.
import { execFileSync } from 'node:child_process';

export async function run({ cold, runs, summarize, root }) {
  const told = execFileSync('cargo', ['bench', '--quiet', '--package', 'domain', '--bench', 'jobs', '--', `${runs}`], { cwd: root, encoding: 'utf8' });
  const native = JSON.parse(told.trim().split('\n').at(-1));
  const browser = { assemble: [], filter: [], failures: [] };
  for (let i = 0; i < runs; i++) {
    const it = await cold('/empty', async () => {
      const { default: init, Jobs } = await import('/wasm/bench.js');
      await init();
      const jobs = new Jobs(5_000);
      let began = performance.now();
      const n = jobs.assemble();
      const assemble = performance.now() - began;
      if (n !== 5_000) throw new Error(`${n} jobs were put together`);
      began = performance.now();
      const passed = jobs.filter(20_000);
      const filter = performance.now() - began;
      if (passed !== 20_000) throw new Error(`${passed} rows passed`);
      jobs.vary(20_000);
      began = performance.now();
      const failed = jobs.failures();
      const failures = performance.now() - began;
      if (failed !== 2_858) throw new Error(`${failed} jobs failed`);
      return { assemble, filter, failures };
    });
    browser.assemble.push(it.assemble);
    browser.filter.push(it.filter);
    browser.failures.push(it.failures);
  }
  return [
    { name: '5,000 jobs from 100,000 lines', ours: summarize(browser.assemble), peer: summarize(native.assemble), against: 'native' },
    { name: 'filter 20,000 rows', ours: summarize(browser.filter), peer: summarize(native.filter), against: 'native', hold: '50 ms' },
    { name: 'failures of 20,000 rows', ours: summarize(browser.failures), peer: summarize(native.failures), against: 'native', hold: '50 ms' },
  ];
}
