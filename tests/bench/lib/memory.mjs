// Memory of a page: the JS heap, and the renderer process (from /proc, Linux only), which counts WASM linear memory too.
import fs from 'node:fs';

const sleep = ms => new Promise(r => setTimeout(r, ms));
const browserSessions = new WeakMap();

async function renderers(browser) {
  if (!browserSessions.has(browser)) browserSessions.set(browser, browser.newBrowserCDPSession());
  const { processInfo } = await (await browserSessions.get(browser)).send('SystemInfo.getProcessInfo');
  return processInfo.filter(p => p.type === 'renderer');
}

/** Private memory of a process in MB; undefined when it is gone or /proc is not there. */
function privateMB(pid) {
  try {
    const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const kB = key => Number(text.match(new RegExp(`^${key}:\\s+(\\d+)`, 'm'))?.[1] ?? 0);
    return (kB('Private_Dirty') + kB('Private_Clean')) / 1024;
  } catch {
    return undefined;
  }
}

/**
 * Pid of the renderer that serves `page`: the one whose CPU time grows while the page spins for 100 ms.
 * (Spare renderers can be bigger, so size tells nothing.) Repeats until unambiguous, at most 8 times.
 */
export async function rendererPid(browser, page) {
  let best;
  for (let attempt = 0; attempt < 8; attempt++) {
    const before = new Map((await renderers(browser)).map(p => [p.id, p.cpuTime]));
    await page.evaluate(() => { const t = performance.now(); while (performance.now() - t < 100); });
    const grown = (await renderers(browser))
      .map(p => ({ id: p.id, by: p.cpuTime - (before.get(p.id) ?? p.cpuTime) }))
      .sort((a, b) => b.by - a.by);
    best = grown[0].id;
    if (grown[0].by >= 0.07 && (grown[1]?.by ?? 0) < 0.03) break;
    await sleep(120);
  }
  return best;
}

/** After two forced collections: heapMB, privateMB, DOM nodes, listeners. */
export async function memory(browser, page, cdp) {
  await cdp.send('HeapProfiler.enable');
  await cdp.send('HeapProfiler.collectGarbage');
  await cdp.send('HeapProfiler.collectGarbage');
  await cdp.send('HeapProfiler.disable');
  const { metrics } = await cdp.send('Performance.getMetrics');
  const m = Object.fromEntries(metrics.map(it => [it.name, it.value]));
  return {
    heapMB: m.JSHeapUsedSize / 1048576,
    privateMB: privateMB(await rendererPid(browser, page)),
    nodes: m.Nodes,
    listeners: m.JSEventListeners,
  };
}
