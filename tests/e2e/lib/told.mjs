// A reporter for node's test runner: one line of JSON for each test that was run, for whoever asks which ones failed.

export default async function* told(events) {
  for await (const { type, data } of events) {
    const is = { 'test:pass': true, 'test:fail': false }[type];
    // What a name pattern left out is told as passed, and skipped.
    if (is === undefined || data.nesting > 0 || data.skip !== undefined) continue;
    yield `${JSON.stringify({ file: data.file, name: data.name, passed: is })}\n`;
  }
}
