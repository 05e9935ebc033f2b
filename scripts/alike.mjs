// An order of functions in which a packer finds again what was just there: it names what is near with fewer bits.

/** So many bytes in a row are a sequence: an instruction or two with their operands. */
const SEQUENCE = 5;
/** A sequence that more functions have tells none of them from the others. */
const COMMON = 1_000;
/** The section of a module that holds the bodies of its functions. */
const CODE = 10;

/** The bodies of a WebAssembly module's functions, in the order of their indices. */
export function functionBodies(bytes) {
  let at = 8; // after the magic number and the version
  const number = () => {
    let value = 0, shift = 0, byte;
    do {
      byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      shift += 7;
    } while (byte & 128);
    return value;
  };
  while (at < bytes.length) {
    const section = bytes[at++], length = number(), end = at + length;
    if (section === CODE) {
      return Array.from({ length: number() }, () => {
        const size = number();
        at += size;
        return bytes.subarray(at - size, at);
      });
    }
    at = end;
  }
  return [];
}

/**
 * The indices of functions so that like stands next to like. After each comes whichever shares most sequences of bytes with
 * it and, half as much for each step, with those before it; a sequence that few functions have counts for more.
 */
export function likeNextToLike(bodies) {
  const sequences = bodies.map(body => {
    const found = new Set();
    for (let at = 0; at + SEQUENCE <= body.length; at++) {
      let value = 0;
      for (let place = 0; place < SEQUENCE; place++) value = value * 256 + body[at + place];
      found.add(value);
    }
    return found;
  });
  const having = new Map();
  sequences.forEach((all, index) => {
    for (const it of all) {
      const known = having.get(it);
      if (known) known.push(index); else having.set(it, [index]);
    }
  });
  const left = new Set(bodies.keys()), order = [];
  let likeness = new Map(), next = 0;
  while (left.size) {
    left.delete(next);
    order.push(next);
    const now = new Map();
    for (const [index, value] of likeness) if (left.has(index)) now.set(index, value / 2);
    for (const it of sequences[next]) {
      const all = having.get(it);
      if (all.length > COMMON) continue;
      for (const index of all) if (left.has(index)) now.set(index, (now.get(index) ?? 0) + 1 / Math.log2(1 + all.length));
    }
    likeness = now;
    let most = 0;
    [next] = left;
    for (const [index, value] of now) if (value > most) [next, most] = [index, value];
  }
  return order;
}
