// A worker that makes WebAssembly modules small, as `wasm-opt -Oz` does. Many modules are many starts of that program, and
// a start takes longer than most modules do.
//
// Takes messages { from, to } of file names, answers each when it is done.
import fs from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

const { default: binaryen } = await import(workerData.library);
binaryen.setOptimizeLevel(2);
binaryen.setShrinkLevel(2);
binaryen.setDebugInfo(false);

parentPort.on('message', ({ from, to }) => {
  const module = binaryen.readBinary(fs.readFileSync(from)); // which names the features that it uses
  module.optimize();
  module.runPasses(['strip-debug', 'strip-producers', 'strip-target-features']);
  fs.writeFileSync(to, module.emitBinary());
  module.dispose();
  parentPort.postMessage(to);
});
