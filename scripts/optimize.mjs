// A worker that makes WebAssembly modules small, as `wasm-opt -Oz` does. Many modules are many starts of that program, and
// a start takes longer than most modules do.
//
// Takes messages { from, to, scripts } of file names, answers each when it is done. A program is told from a module by the
// text of the scripts that use it.
import fs from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { functionBodies, likeNextToLike } from './alike.mjs';

const { default: binaryen } = await import(workerData.library);
binaryen.setOptimizeLevel(2);
binaryen.setShrinkLevel(2);
binaryen.setDebugInfo(false);
// Twice the default: then what does nothing but call another one is put into its callers. A tenth fewer functions, each of
// which the browser compiles when it is first called, and 1 % less to load.
binaryen.setAlwaysInlineMaxSize(5);
// A large function that is called once stays by itself: in its caller it would be a piece like no other, 1 % more to load.
binaryen.setOneCallerInlineMaxSize(50);
// The lowest addresses are the end of the stack (the linker puts it first): what points near zero points nowhere.
binaryen.setLowMemoryUnused(true);

parentPort.on('message', ({ from, to, scripts }) => {
  const module = binaryen.readBinary(fs.readFileSync(from)); // which names the features that it uses
  if (scripts) {
    callDirectly(module);
    // A library that we do not use exports classes to JavaScript, which would keep all that stands behind them.
    const names = Array.from({ length: module.getNumExports() }, (_, index) => binaryen.getExportInfo(module.getExportByIndex(index)).name);
    for (const name of names) if (!scripts.includes(name)) module.removeExport(name);
  }
  module.optimize();
  // What became direct and single is put into its callers only by the first time.
  if (scripts) module.optimize();
  module.runPasses(['strip-debug', 'strip-producers', 'strip-target-features']);
  fillTableOnce(module);
  putAlikeTogether(module);
  // Once more by how they call each other under their new numbers: a program becomes a thousandth smaller.
  if (scripts) putAlikeTogether(module);
  fs.writeFileSync(to, module.emitBinary());
  module.dispose();
  parentPort.postMessage(to);
});

/**
 * Lets modules that were merged call each other directly. The splitter had them call through the function table, by
 * functions that do nothing else; one whose place in the table is empty calls into a part that comes later, and stays.
 */
function callDirectly(module) {
  const table = new Map();
  for (let index = 0; index < module.getNumElementSegments(); index++) {
    const segment = binaryen.getElementSegmentInfo(module.getElementSegmentByIndex(index));
    const first = binaryen.getExpressionInfo(segment.offset).value;
    segment.data.forEach((name, place) => { if (name) table.set(first + place, name); });
  }
  for (let index = 0; index < module.getNumFunctions(); index++) {
    const shim = module.getFunctionByIndex(index);
    const { body, results } = binaryen.getFunctionInfo(shim);
    const call = body && binaryen.getExpressionInfo(body);
    if (call?.id !== binaryen.CallIndirectId) continue;
    const target = binaryen.getExpressionInfo(call.target);
    const name = target.id === binaryen.ConstId && table.get(target.value);
    if (name) binaryen.Function.setBody(shim, module.call(name, call.operands, results));
  }
}

/** Joins what is written into the table at neighbouring places, and leaves out what writes nothing where nothing was. */
function fillTableOnce(module) {
  const segments = Array.from({ length: module.getNumElementSegments() }, (_, index) => binaryen.getElementSegmentInfo(module.getElementSegmentByIndex(index)));
  const table = new Map();
  for (const { name, offset, data } of segments) {
    const first = binaryen.getExpressionInfo(offset).value;
    data.forEach((it, place) => { if (it) table.set(first + place, it); });
    module.removeElementSegment(name);
  }
  const places = [...table.keys()].sort((a, b) => a - b);
  for (let from = 0, to = 0; from < places.length; from = to) {
    while (places[to] === places[from] + to - from) to++;
    const names = places.slice(from, to).map(it => table.get(it));
    module.addActiveElementSegment(segments[0].table, `filled_${from}`, names, module.i32.const(places[from]));
  }
}

/** Puts functions that are alike next to each other: the same program, and 4 % less to load. */
function putAlikeTogether(module) {
  const defined = Array.from({ length: module.getNumFunctions() }, (_, index) => binaryen.getFunctionInfo(module.getFunctionByIndex(index))).filter(it => !it.base);
  for (const index of likeNextToLike(functionBodies(module.emitBinary()))) {
    const { name, params, results, vars, body } = defined[index];
    module.removeFunction(name);
    module.addFunction(name, params, results, vars, body);
  }
}
