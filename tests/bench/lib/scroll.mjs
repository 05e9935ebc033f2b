// Fast scrolling, as a script to evaluate in the page.

/** 3 s of scrolling by so many px in every frame: frame-to-frame ms, and the share of frames with no row at 85 % of the height. */
export const scroll = ({ scroller, row }, px = 600) => `(async () => {
  const element = (${scroller})(), frame = () => new Promise(done => requestAnimationFrame(done)), ms = [];
  let blank = 0, direction = 1, last = (await frame(), await frame());
  for (const end = last + 3000; last < end;) {
    const before = element.scrollTop;
    element.scrollTop = before + ${px} * direction;
    if (element.scrollTop === before) direction = -direction;
    const now = await frame();
    ms.push(now - last);
    last = now;
    const box = element === document.scrollingElement ? { left: 0, top: 0, width: innerWidth, height: innerHeight } : element.getBoundingClientRect();
    if (!document.elementFromPoint(box.left + box.width * 0.6, box.top + box.height * 0.85)?.closest('${row}')) blank++;
  }
  element.scrollTop = 0;
  return { ms, blank: blank / ms.length };
})()`;
