// Ships what services write into their log files to Loki, as an agent would: one stream a file, the ids of the trace and
// the span as structured metadata.
import fs from 'node:fs';

const EVERY_MS = 300;
const NO_ID = /^0*$/;

/** What Loki is sent for a line: its own time where it tells one, else now. */
function entry(line) {
  let fields = {};
  try { fields = JSON.parse(line); } catch { /* a banner, or what a dying process wrote */ }
  const micros = fields.timestamp ? BigInt(Date.parse(fields.timestamp)) * 1000n + BigInt(/\.\d{3}(\d{3})/.exec(fields.timestamp)?.[1] ?? 0) : BigInt(Date.now()) * 1000n;
  const ids = Object.fromEntries(['trace_id', 'span_id'].filter(name => !NO_ID.test(fields[name] ?? '')).map(name => [name, fields[name]]));
  return [`${micros * 1000n}`, line, ids];
}

/**
 * Follows `files` ({service: file}) and pushes their new lines to `loki` with the labels {app, unit}. What Loki does not
 * take is tried again. Returns {stop(): pushes the rest, error(): why the last push failed}.
 */
export function ship(loki, app, files) {
  const at = Object.fromEntries(Object.keys(files).map(unit => [unit, 0]));
  let last;

  const push = async () => {
    for (const [unit, file] of Object.entries(files)) {
      if (!fs.existsSync(file)) continue;
      const bytes = fs.readFileSync(file).subarray(at[unit]);
      const whole = bytes.lastIndexOf(10) + 1;
      const values = bytes.subarray(0, whole).toString('utf8').split('\n').filter(Boolean).map(entry);
      if (values.length) {
        const answer = await fetch(`${loki}/loki/api/v1/push`, {
          method: 'POST', headers: { 'content-type': 'application/json' }, signal: AbortSignal.timeout(5000),
          body: JSON.stringify({ streams: [{ stream: { app, unit }, values }] }),
        });
        if (!answer.ok) throw new Error(`Loki refused: ${answer.status} ${await answer.text()}`);
      }
      at[unit] += whole;
    }
  };

  let stopped = false, wake = () => {};
  const loop = (async () => {
    for (;;) {
      const isLast = stopped;
      await push().then(() => { last = undefined; }, error => { last = error; });
      if (isLast) return;
      await new Promise(done => { wake = done; setTimeout(done, EVERY_MS); });
    }
  })();
  return { error: () => last, stop: () => { stopped = true; wake(); return loop; } };
}
