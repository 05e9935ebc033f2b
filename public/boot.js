// Starts the program, first of all scripts but the policy: a plain script, so that it runs before the page is read to its end.
// While the program of the asked page is fetched and compiled, the configuration and the system file
// are fetched too, and nothing else: every other question is asked by the program (ARCHITECTURE.md, invariant 6).
// And it says so when the program stops by a mistake of its own.
//
// The program takes `globalThis.jobscopeBoot`:
//   config  Promise<string>, the text of config.json
//   system  Promise<string>, the text of systems/<name>.json: `sys` of the address where the
//           configuration lists it, else the first one listed
//   started the page or tab whose program was started; a build that is not a release has one for all
//   styled  part => Promise, done when the part's style sheet is there; a build that is not a release has one for all
//   now     milliseconds since navigation at which this script ran
(() => {
  const query = new URLSearchParams(location.search);
  const here = path => new URL(path, document.baseURI);

  async function text(path) {
    const answer = await fetch(here(path));
    if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}`);
    return answer.text();
  }

  function chosenSystem(config) {
    const names = config.systems.map(each => each.name ?? each);
    const asked = query.get('sys');
    return names.includes(asked) ? asked : names[0];
  }

  const config = text('config.json');
  const system = config.then(it => text(`systems/${chosenSystem(JSON.parse(it))}.json`));
  for (const each of [config, system]) each.catch(() => {}); // the program tells of it

  // A release build has a program for each page, of a job with what draws the tab, and tells which. Lines, steps and
  // comparison wait for the job's evidence, and what shows them comes meanwhile.
  const OF_TABS = { job: { trace: 'job_trace', logs: 'job', debug: 'job', compare: 'job' } };
  const OF_PAGES = { job: 'job_work' };
  const programs = JSON.parse(document.currentScript.dataset.programs ?? '{}');
  const page = query.get('page');
  const started = [OF_TABS[page]?.[query.get('tab')], OF_PAGES[page], page].find(it => programs[it]) ?? 'overview';
  // Where it does not come as a program, it is asked for again by the way that tells why.
  const file = programs[started] && here(programs[started]);
  const program = file && WebAssembly.compileStreaming(fetch(file)).catch(() => file);

  const styles = JSON.parse(document.currentScript.dataset.styles ?? '{}');
  const sheets = new Map();
  function styled(part) {
    if (styles[part] && !sheets.has(part)) {
      const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: here(styles[part]) });
      // A part without its styles is better than none.
      sheets.set(part, new Promise(done => { link.onload = link.onerror = done; }));
      document.head.append(link);
    }
    return sheets.get(part);
  }
  const dressed = Promise.all([started.split('_')[0], started].map(styled));
  globalThis.jobscopeBoot = { config, system, started, styled, now: performance.now() };

  /** A trap of the program is told on the page: what happened and what to do, never a dead page. */
  function stopped(error) {
    if (!(error instanceof WebAssembly.RuntimeError) || document.getElementById('stopped')) return;
    const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });
    const told = element('div', '');
    told.id = 'stopped';
    told.setAttribute('role', 'alert');
    // A whole address, so that the browser follows it and not the stopped program.
    const again = Object.assign(element('a', 'Reload'), { href: location.href });
    told.append(
      element('h2', 'Jobscope has stopped: a mistake in the program'),
      element('p', 'What is on the page is what was known last. Reload to go on. If it comes again, report these lines:'),
      element('pre', `${error.stack ?? error}\n${location.href}`),
      again,
    );
    document.body.prepend(told);
  }
  addEventListener('error', event => stopped(event.error));
  addEventListener('unhandledrejection', event => stopped(event.reason));

  const note = (id, words) => { document.getElementById(id).textContent = words; };

  async function start() {
    try {
      const app = await import(document.getElementById('app-js').href);
      await dressed;
      await app.default({ module_or_path: await (program ?? document.getElementById('app-wasm').href) });
      document.getElementById('boot').remove();
    } catch (error) {
      console.error(error);
      document.getElementById('boot').removeAttribute('aria-busy');
      note('boot-title', 'Jobscope could not start.');
      note('boot-cause', `${error}`);
      note('boot-next', typeof WebAssembly === 'object'
        ? 'Reload the page. If it stays so, ask whoever serves it: the .js and .wasm files must both be there, ' +
          "with the type application/wasm for the latter and 'wasm-unsafe-eval' in the content security policy."
        : 'This browser has no WebAssembly, or it is switched off: use a current one, or switch it on.');
    }
  }
  addEventListener('DOMContentLoaded', start);
})();
