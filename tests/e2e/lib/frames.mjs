// A page of another origin that shows the console in a frame.
import http from 'node:http';
import { newPage } from './chromium.mjs';

/** Shows `src` in a frame with this sandbox attribute (none if undefined), and hands over the page and the frame. */
export async function framing(browser, src, sandbox, use, tolerate) {
  const attribute = sandbox === undefined ? '' : ` sandbox="${sandbox}"`;
  const address = src.replaceAll('&', '&amp;');
  const parent = http.createServer((_, response) => response.setHeader('content-type', 'text/html')
    .end(`<!doctype html><link rel="icon" href="data:,"><title>parent</title><iframe src="${address}"${attribute} width="1000" height="700"></iframe>`));
  await new Promise(listening => parent.listen(0, '127.0.0.1', listening));
  const page = await newPage(browser, { tolerate });
  try {
    await page.goto(`http://127.0.0.1:${parent.address().port}/`);
    await use(page, page.frames()[1]);
    await page.done();
  } finally {
    parent.closeAllConnections();
    parent.close();
  }
}
