least => {
  // Of parts that repeat only so many of each kind stay: tag, class, style and role, its own and of all around it.
  const repeated = "tbody tr, li, p, svg *", kept = new Map(), kinds = new Map([[null, ""]]);
  const kind = part => {
    if (!kinds.has(part)) {
      const own = ["class", "style", "role", "fill"].map(name => part.getAttribute(name));
      kinds.set(part, `${kind(part.parentElement)} > ${part.tagName} ${own}`);
    }
    return kinds.get(part);
  };
  for (const part of document.querySelectorAll(repeated)) {
    if (!part.isConnected) continue;
    const inside = [part, ...part.querySelectorAll("*")];
    if (inside.every(each => kept.get(kind(each)) >= least)) part.remove();
    else for (const each of inside) {
      if (each.closest(repeated) === part) kept.set(kind(each), (kept.get(kind(each)) || 0) + 1);
    }
  }
}
