what => {
  document.querySelectorAll("details").forEach(part => { part.open = true; });
  const found = [];
  if (what === "figures") {
    for (const svg of document.querySelectorAll("figure svg")) {
      const frame = svg.getBoundingClientRect(), id = svg.closest("figure").id;
      if (!frame.width) continue;
      const scale = frame.width / svg.viewBox.baseVal.width;
      const texts = [...svg.querySelectorAll("text")].filter(text => text.textContent.trim());
      const boxes = texts.map(text => [text.textContent.trim(), text.getBoundingClientRect()]);
      texts.forEach((text, at) => {
        const size = parseFloat(getComputedStyle(text).fontSize) * scale, [words, box] = boxes[at];
        if (size < 12) found.push(`${id}: ${words} has ${size.toFixed(1)} pixels`);
        const out = Math.max(frame.left - box.left, box.right - frame.right, frame.top - box.top, box.bottom - frame.bottom);
        if (out > 2) found.push(`${id}: ${words} leaves the drawing by ${out.toFixed(1)}`);
        for (const [others, other] of boxes.slice(at + 1)) {
          const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
          const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
          if (across > 1 && down > 3) found.push(`${id}: ${words} lies over ${others}`);
        }
      });
    }
    return found;
  }
  // Numbers with a unit, a sign or decimals, outside of links; counts and days are no published figures.
  const skip = "svg, script, .small, #proofs, .unit, #sources, dl, .stale, .kicker, thead, tbody th, .caption, summary, h1, h2, h3, h4, .list, section[aria-labelledby=sources]";
  const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  let linked = 0;
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent, parent = walk.currentNode.parentElement;
    if (parent.closest(skip)) continue;
    if (parent.closest("a.n")) { linked += 1; continue; }
    for (const number of text.match(/[\u2212+]?\$\d[\d,.]*|[\u2212+]\d[\d,.]*|\d[\d,.]*[\u00a0 ](billion|million|percent)|^\d[\d,.]*$/g) || []) {
      found.push(`${number} in: ${text.slice(0, 80)}`);
    }
  }
  return [linked, found];
}
