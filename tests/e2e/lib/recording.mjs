// Recordings as files: crates/inquiry/src/recording/file.rs says how they are written.
import fs from 'node:fs';
import zlib from 'node:zlib';

const LINE_BREAK = 10;

/** {head, answers: [{head, line, body}]} of a file; `line` is the head as it stands there, with every digit of its nanoseconds. */
export function readRecording(file) {
  const packed = fs.readFileSync(file);
  const bytes = packed[0] === 0x1f ? zlib.gunzipSync(packed) : packed;
  let at = 0;
  const nextLine = () => {
    const begin = at;
    at = bytes.indexOf(LINE_BREAK, begin) + 1;
    return bytes.subarray(begin, at).toString();
  };
  const head = JSON.parse(nextLine());
  const answers = Array.from({ length: head.n_answers }, () => {
    const line = nextLine();
    const answer = JSON.parse(line);
    const body = bytes.subarray(at, at + answer.n_bytes);
    at += answer.n_bytes + 1;
    return { head: answer, line, body };
  });
  return { head, answers };
}

/** Writes a recording as small as it gets; returns how many bytes that are. */
export function writeRecording(file, { head, answers }) {
  const parts = [`${JSON.stringify({ ...head, n_answers: answers.length })}\n`];
  for (const answer of answers) parts.push(answer.line, answer.body, '\n');
  const packed = zlib.gzipSync(Buffer.concat(parts.map(part => Buffer.from(part))), { level: 9, memLevel: 9 });
  fs.writeFileSync(file, packed);
  return packed.length;
}

/** The answers that one endpoint gave to questions whose text matches. */
export const answersOf = ({ answers }, endpoint, query = /./) => answers.filter(({ head }) => head.endpoint === endpoint && query.test(head.query));
