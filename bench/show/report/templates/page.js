"use strict";
// The table of contents marks the section that is read.
(() => {
  const links = new Map([...document.querySelectorAll(".contents a")].map((link) => [link.hash.slice(1), link]));
  const inView = new Set();
  const mark = () => {
    const first = [...links.keys()].find((anchor) => inView.has(anchor));
    if (!first) return;
    for (const [anchor, link] of links) {
      if (anchor === first) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    const link = links.get(first);
    const bar = link.closest(".contents");
    if (bar.scrollWidth > bar.clientWidth) bar.scrollLeft = link.offsetLeft - bar.clientWidth / 3;
  };
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) entry.isIntersecting ? inView.add(entry.target.id) : inView.delete(entry.target.id);
    mark();
  }, { rootMargin: "-20% 0px -60% 0px" });
  for (const anchor of links.keys()) {
    const section = document.getElementById(anchor);
    if (section) watcher.observe(section);
  }
  // Paper shows what is folded.
  addEventListener("beforeprint", () => document.querySelectorAll("details:not([open])").forEach((each) => { each.open = true; each.dataset.folded = ""; }));
  addEventListener("afterprint", () => document.querySelectorAll("details[data-folded]").forEach((each) => { each.open = false; delete each.dataset.folded; }));
})();
