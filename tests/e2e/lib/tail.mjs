// Loki's live tail, as far as a test needs it: a WebSocket that only listens.
import http from 'node:http';

const HEADERS = {
  connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
const PATIENCE_MS = 30_000;
const TEXT = 1;

/** Becomes a WebSocket: {response, socket, head: bytes that came with the answer}. */
export const upgrade = url => new Promise((upgraded, failed) => {
  http.get(url, { headers: HEADERS, signal: AbortSignal.timeout(PATIENCE_MS) })
    .on('upgrade', (response, socket, head) => upgraded({ response, socket, head }))
    .on('response', response => failed(new Error(`HTTP ${response.statusCode}`))).on('error', failed);
});

/** The first frame of these bytes: {opcode, body, rest}; undefined as long as it is not whole. A server masks nothing. */
function frame(bytes) {
  const short = bytes.length > 1 ? bytes[1] & 0x7f : 0;
  const begin = { 126: 4, 127: 10 }[short] ?? 2;
  if (bytes.length < begin) return undefined;
  const size = { 4: () => bytes.readUInt16BE(2), 10: () => Number(bytes.readBigUInt64BE(2)), 2: () => short }[begin]();
  const end = begin + size;
  return bytes.length < end ? undefined : { opcode: bytes[0] & 0xf, body: bytes.subarray(begin, end), rest: bytes.subarray(end) };
}

/** What the tail says, message by message, until one stops to listen; the pings in between say nothing. */
export async function* tail(url) {
  const { socket, head } = await upgrade(url);
  socket.unshift(head);
  const patience = setTimeout(() => socket.destroy(new Error(`nothing more within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  try {
    let bytes = Buffer.alloc(0);
    for await (const piece of socket) {
      bytes = Buffer.concat([bytes, piece]);
      for (let next = frame(bytes); next; next = frame(bytes)) {
        bytes = next.rest;
        if (next.opcode === TEXT) yield JSON.parse(next.body);
      }
    }
  } finally {
    clearTimeout(patience);
    socket.destroy();
  }
}
