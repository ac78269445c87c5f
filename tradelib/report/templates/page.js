"use strict";
(() => {
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const dark = () => root.dataset.theme === "dark" || (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  const name = () => { button.textContent = dark() ? "Light" : "Dark"; };
  button.hidden = false;
  button.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; name(); });
  name();

  // Newer figures should exist once the next release was due or, if its day is not known, 45 days after this one.
  const stale = document.getElementById("stale");
  if (stale) {
    const days = Math.floor((Date.now() - Date.parse(stale.dataset.released)) / 864e5);
    stale.hidden = stale.dataset.next ? Date.now() < Date.parse(stale.dataset.next) + 864e5 : days < 45;
    stale.querySelector("span").textContent = `${days} days ago`;
    stale.querySelector(".own").hidden = location.protocol !== "file:"; // readers of a page on a server cannot run it
  }

  // A click on a number opens its proof: a copy of its entry in the list of proofs.
  const panel = document.getElementById("panel");
  let from = null;
  const close = () => { panel.hidden = true; if (from) from.focus(); from = null; };
  const open = link => {
    const entry = document.getElementById(link.hash.slice(1));
    if (!entry) return false;
    from = link;
    panel.innerHTML = `<button class="close" aria-label="Close">\u00d7</button>${entry.innerHTML}`;
    panel.querySelector(".close").addEventListener("click", close);
    panel.hidden = false;
    panel.scrollTop = 0;
    panel.focus();
    return true;
  };
  document.addEventListener("click", event => {
    const link = event.target.closest("a.n, a.t");
    if (link) { if (open(link)) event.preventDefault(); } else if (!panel.hidden && !panel.contains(event.target)) { panel.hidden = true; from = null; }
  });
  document.addEventListener("keydown", event => { if (event.key === "Escape" && !panel.hidden) close(); });

  // In a table, the Tab key reaches one number; arrow keys move to the others.
  for (const table of document.querySelectorAll("table")) {
    const links = [...table.querySelectorAll("a.n")];
    links.slice(1).forEach(link => { link.tabIndex = -1; });
    table.addEventListener("keydown", event => {
      const row = table.querySelector("tbody tr")?.querySelectorAll("a.n").length || 1;
      const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: row, ArrowUp: -row }[event.key];
      const next = step && links[links.indexOf(document.activeElement) + step];
      if (next) { next.focus(); event.preventDefault(); }
    });
  }

  // A link to a target in a folded part opens that part.
  const unfold = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    for (let part = target && target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  if (location.hash) unfold();

  // PNG, SVG and CSV are made from what the page shows, so that it holds nothing twice.
  const escaped = text => text.replace(/[&<>]/g, sign => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
  const origin = JSON.parse(document.getElementById("origin").textContent);
  const whence = figure => {
    const notebook = figure.id.split("-")[0];
    return JSON.stringify({ tradelib: origin.tradelib, notebook, parameters: origin.notebooks[notebook], data: origin.data, source: origin.source });
  };
  const crc = bytes => ~bytes.reduce((sum, byte) => { sum ^= byte; for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1; return sum; }, ~0) >>> 0;
  // The origin is a text chunk of the PNG, put before its last chunk, which has twelve bytes.
  const described = (bytes, words) => {
    const body = new TextEncoder().encode(`tEXtDescription\0${words}`), size = new DataView(new ArrayBuffer(4)), sum = new DataView(new ArrayBuffer(4));
    size.setUint32(0, body.length - 4);
    sum.setUint32(0, crc(body));
    return new Blob([bytes.slice(0, -12), size, body, sum, bytes.slice(-12)], { type: "image/png" });
  };
  const drawing = figure => {
    const svg = figure.querySelector(".wide svg").cloneNode(true);
    const [, , width, height] = svg.getAttribute("viewBox").split(/[ ,]+/).map(Number);
    const light = getComputedStyle(root);
    let text = new XMLSerializer().serializeToString(svg);
    text = text.replace(/var\((--[\w-]+)\)/g, (_, variable) => light.getPropertyValue(variable).trim());
    const body = text.slice(text.indexOf(">") + 1, text.lastIndexOf("</svg>"));
    const line = (y, size, weight, words) => `<text x="6" y="${y}" style="font-size:${size}px;font-weight:${weight}">${escaped(words)}</text>`;
    const textOf = selector => figure.querySelector(selector)?.textContent.trim() || "";
    const ink = light.getPropertyValue("--ink").trim(), page = light.getPropertyValue("--page").trim();
    return {
      width, height: height + 58,
      text: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height + 58}" width="${width}" height="${height + 58}" font-family="Inter, Helvetica Neue, Arial, sans-serif"><metadata>${escaped(whence(figure))}</metadata><style>text{fill:${ink}}</style><rect width="100%" height="100%" fill="${page}"/>${line(16, 12, 600, textOf("h2, h3"))}${line(31, 9.5, 400, textOf(".unit"))}<svg y="38" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${body}</svg>${line(height + 52, 8, 400, document.body.dataset.source)}</svg>`,
    };
  };
  const save = (blob, file) => {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: file });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const makers = {
    csv: figure => save(new Blob([figure.querySelector("script").textContent.replace(/&lt;/g, "<").trimEnd(), `\n# ${whence(figure)}\n`], { type: "text/csv" }), `${figure.id}.csv`),
    svg: figure => save(new Blob([drawing(figure).text], { type: "image/svg+xml" }), `${figure.id}.svg`),
    png: figure => {
      const { text, width, height } = drawing(figure), image = new Image(), canvas = document.createElement("canvas");
      Object.assign(canvas, { width: width * 3, height: height * 3 });
      image.onload = () => { canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height); canvas.toBlob(blob => blob.arrayBuffer().then(bytes => save(described(new Uint8Array(bytes), whence(figure)), `${figure.id}.png`))); };
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    },
  };
  // The values of the month under the pointer, from the data below the figure.
  const minus = text => text.replace("-", "\u2212");
  for (const svg of document.querySelectorAll("figure svg:has([data-months])")) {
    const figure = svg.closest("figure");
    const [head, ...rows] = figure.querySelector("script").textContent.trim().split("\n").map(line => line.split(","));
    if (!rows.length || rows[0].length !== head.length || !/^\d{4}-\d{2}$/.test(rows[0][0])) continue;
    const box = Object.assign(document.createElement("div"), { className: "values", hidden: true }), rule = document.createElement("i");
    svg.parentElement.append(rule, box);
    svg.addEventListener("pointerleave", () => { box.hidden = true; rule.hidden = true; });
    svg.addEventListener("pointermove", event => {
      const frame = svg.getBoundingClientRect();
      const panels = [...svg.querySelectorAll("[data-months]")].map(panel => [panel.getBoundingClientRect(), ...panel.dataset.months.split(" ").map(place => place / 1e4)]);
      const [area, first, last] = panels.find(([area]) => event.clientX > area.left && event.clientX < area.right && event.clientY > area.top && event.clientY < area.bottom) || panels[0];
      const share = ((event.clientX - frame.left) / frame.width - first) / (last - first);
      const row = rows[Math.round(Math.min(1, Math.max(0, share)) * (rows.length - 1))];
      const at = frame.width * (first + (last - first) * rows.indexOf(row) / Math.max(1, rows.length - 1));
      const month = new Date(`${row[0]}-15`).toLocaleDateString("en-US", { month: "long", year: "numeric" });
      const values = head.slice(1).map((name, column) => [name, row[column + 1]]).filter(([, value]) => value !== "" && isFinite(value)).slice(0, 8);
      const size = Math.max(...values.map(([, value]) => Math.abs(value)));
      box.innerHTML = `<b>${month}</b>` + values.map(([name, value]) => `<span>${escaped(name.replace(/_/g, " "))}</span><span>${minus(Number(value).toFixed(size < 2 ? 2 : 1))}</span>`).join("");
      Object.assign(rule.style, { left: `${at}px`, top: `${area.top - frame.top}px`, height: `${area.height}px` });
      box.hidden = rule.hidden = false;
      box.style.left = `${Math.max(0, at + (at > frame.width / 2 ? -box.offsetWidth - 12 : 12))}px`;
    });
  }
  for (const take of document.querySelectorAll(".take")) {
    for (const kind of ["png", "svg", "csv"]) {
      const made = Object.assign(document.createElement("button"), { textContent: kind.toUpperCase(), type: "button" });
      made.setAttribute("aria-label", `${kind.toUpperCase()} of this figure`);
      made.addEventListener("click", () => makers[kind](take.closest("figure")));
      take.insertBefore(made, take.lastElementChild);
    }
  }
})();
