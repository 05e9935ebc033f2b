// The order in which the release build puts functions: all of them, each once, like next to like.
import assert from 'node:assert/strict';
import test from 'node:test';
import { functionBodies, likeNextToLike } from '../scripts/alike.mjs';

/** A WebAssembly section. */
const section = (id, ...content) => [id, content.length, ...content];
const HEAD = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

test('bodies are read from a module as its functions are numbered', () => {
  const first = [0, 0x41, 7, 0x0b], second = [1, 1, 0x7f, 0x20, 0, 0x0b]; // 7; a local that nobody set
  const bytes = Uint8Array.of(...HEAD, ...section(1, 1, 0x60, 0, 1, 0x7f), ...section(3, 2, 0, 0), ...section(10, 2, first.length, ...first, second.length, ...second));
  assert(WebAssembly.validate(bytes));
  assert.deepEqual(functionBodies(bytes).map(it => [...it]), [first, second]);
  assert.deepEqual(functionBodies(Uint8Array.of(...HEAD)), []);
});

test('a body of more than 127 bytes is read whole', () => {
  const body = [0, ...Array(200).fill(0x01), 0x0b]; // nops
  const size = [body.length % 128 | 128, Math.floor(body.length / 128)];
  const content = [1, ...size, ...body];
  const bytes = Uint8Array.of(...HEAD, ...section(1, 1, 0x60, 0, 0), ...section(3, 1, 0), 10, content.length % 128 | 128, Math.floor(content.length / 128), ...content);
  assert(WebAssembly.validate(bytes));
  assert.deepEqual(functionBodies(bytes).map(it => [...it]), [body]);
});

/** Bytes that look like chance, the same for the same seed. */
function bytes(seed, length) {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = state * 1_103_515_245 + 12_345 & 0x7fff_ffff;
    return state >> 16;
  });
}

test('each function keeps one place, whatever they look like', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const bodies = Array.from({ length: seed * 7 }, (_, index) => bytes(seed * 100 + index % (seed + 2), index % 40));
    const order = likeNextToLike(bodies);
    assert.deepEqual(order.toSorted((a, b) => a - b), [...bodies.keys()]);
  }
  assert.deepEqual(likeNextToLike([]), []);
});

test('functions that share much stand side by side', () => {
  const kinds = [bytes(1, 80), bytes(2, 80), bytes(3, 80)];
  const bodies = Array.from({ length: 12 }, (_, index) => Uint8Array.of(...kinds[index % 3], ...bytes(50 + index, 20)));
  const order = likeNextToLike(bodies).map(it => it % 3);
  const changes = order.filter((kind, place) => place > 0 && kind !== order[place - 1]).length;
  assert.equal(changes, 2, order.join());
});
