// Drawing a chart: ours against uPlot with the same data, size and line width, both with axes and a legend.
// What is measured is the script and the raster that reading a pixel forces; making each one's own form of the data is not.
// A first drawing is short, and a machine that others use as well changes its pace by a third from one second to the next:
// there are three times as many of it, still in turns.
import path from 'node:path';

const CASES = [
  { name: 'chart 166,650 × 3, first', shape: 's166k3', kind: 'first', hold: 0.35, times: 3 },
  { name: 'chart 166,650 × 3, again', shape: 's166k3', kind: 'again' },
  { name: 'chart 11,000 × 50, again', shape: 's50x11k', kind: 'again' },
];

export const mounts = [{ prefix: '/uplot/', dir: path.resolve(import.meta.dirname, '../node_modules/uplot/dist') }];

export async function run({ cold, runs, summarize }) {
  const rows = [];
  for (const { name, hold, times = 1, ...each } of CASES) {
    const ours = [], theirs = [];
    for (let i = 0; i < times * runs; i++) {
      theirs.push(await cold('/empty', measure, { ...each, who: 'uplot' }));
      ours.push(await cold('/empty', measure, { ...each, who: 'ours' }));
    }
    rows.push({ name: times > 1 ? `${name} (${times * runs} runs)` : name, ours: summarize(ours), peer: summarize(theirs), against: 'uPlot', hold });
  }
  return rows;
}

/** In the page: milliseconds of a first drawing, or the median of ten of other data on the same chart. */
async function measure({ shape, kind, who }) {
  const WIDTH = 1920, HEIGHT = 600, COLORS = ['#2f6fd6', '#9a6b00', '#7b4bd0', '#0d8579'];
  const load = (tag, attributes) => new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement(tag), { onload: resolve, onerror: reject, ...attributes }));
  });
  const add = tag => place.appendChild(document.createElement(tag));
  const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
  const makers = {
    async uplot() {
      await load('link', { rel: 'stylesheet', href: '/uplot/uPlot.min.css' });
      await load('script', { src: '/uplot/uPlot.iife.min.js' });
      const lines = ys => ys.map((_, i) => ({ label: `s${i}`, stroke: COLORS[i % COLORS.length], width: 1 }));
      return {
        prepare: ({ x, ys }) => [Array.from(x), ...ys.map(y => Array.from(y))],
        create: data => new uPlot({ width: WIDTH, height: HEIGHT, axes: [{}, {}], series: [{}, ...lines(data.slice(1))] }, data, place),
        update: (chart, data) => chart.setData(data),
      };
    },
    async ours() {
      const { default: init, Chart, Data } = await import('/wasm/bench.js');
      await init();
      return {
        prepare: ({ x, ys }) => Object.assign(new Data(x, ys), { count: ys.length }),
        create(data) {
          const chart = Chart.on(add('canvas'), WIDTH, HEIGHT);
          if (!chart.draw(data)) throw new Error('not drawn');
          for (let i = 0; i < data.count; i++) add('button').textContent = `s${i}`;
          return chart;
        },
        update: (chart, data) => chart.draw(data),
      };
    },
  };
  await load('script', { src: '/bench/pages/shapes.js' });
  const maker = await makers[who]();
  const one = Shapes[shape](), data = [maker.prepare(one), maker.prepare(Shapes.shifted(one, 37))];
  const place = document.body.appendChild(document.createElement('div'));
  place.style.cssText = `width:${WIDTH}px;height:${HEIGHT}px`;
  await frame();
  await frame();

  const timed = async act => {
    const began = performance.now();
    const given = act();
    await null; // uPlot draws in a microtask
    await null;
    for (const canvas of place.querySelectorAll('canvas')) canvas.getContext('2d').getImageData(0, 0, 1, 1);
    return [performance.now() - began, given];
  };
  const [first, chart] = await timed(() => maker.create(data[0]));
  if (kind === 'first') return first;
  const all = [];
  for (let i = 0; i < 12; i++) {
    all.push((await timed(() => maker.update(chart, data[(i + 1) % 2])))[0]);
    await frame();
  }
  return all.slice(2).sort((a, b) => a - b)[5];
}
