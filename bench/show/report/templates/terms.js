// Words of the glossary explain themselves: on hover, on focus and on tap. The first use in each section is marked.
(() => {
  const meanings = new Map();
  const forms = new Map();
  for (const dt of document.querySelectorAll("#glossary dt[id]")) {
    meanings.set(dt.id, [dt.textContent, dt.nextElementSibling.textContent]);
    for (const form of (dt.dataset.forms || "").split("|").filter(Boolean)) forms.set(form, dt.id);
  }
  if (!forms.size) return;
  const pattern = new RegExp(`(?<![\\w-])(?:${[...forms.keys()].sort((a, b) => b.length - a.length).join("|")})(?![\\w-])`, "i");
  const tip = document.getElementById("tip");
  let shown = null;
  const show = (term) => {
    const [word, meaning] = meanings.get(term.dataset.term);
    const bold = document.createElement("b");
    bold.textContent = word;
    tip.replaceChildren(bold, meaning);
    tip.hidden = false;
    shown = term;
    term.setAttribute("aria-describedby", "tip");
    const box = term.getBoundingClientRect();
    const room = document.documentElement.clientWidth - tip.offsetWidth - 16;
    const above = box.bottom + tip.offsetHeight + 16 > innerHeight && box.top > tip.offsetHeight + 16;
    tip.style.left = `${Math.max(16, Math.min(box.left, room)) + scrollX}px`;
    tip.style.top = `${(above ? box.top - tip.offsetHeight - 6 : box.bottom + 6) + scrollY}px`;
  };
  const hide = () => {
    if (shown) shown.removeAttribute("aria-describedby");
    shown = null;
    tip.hidden = true;
  };
  const marked = (id, text) => {
    const term = document.createElement("span"); // a line may break between a button and the comma behind it
    term.setAttribute("role", "button");
    Object.assign(term, { tabIndex: 0, className: "term", textContent: text });
    term.dataset.term = id;
    term.addEventListener("mouseenter", () => show(term));
    term.addEventListener("mouseleave", () => document.activeElement !== term && hide());
    term.addEventListener("focus", () => show(term));
    term.addEventListener("blur", hide);
    term.addEventListener("click", () => show(term));
    term.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation(); // a space would start the player
      show(term);
    });
    return term;
  };
  const mark = (node, seen) => {
    const match = pattern.exec(node.data);
    if (!match) return;
    const rest = node.splitText(match.index + match[0].length);
    const id = forms.get(match[0].toLowerCase());
    if (!seen.has(id)) {
      seen.add(id);
      const word = node.splitText(match.index);
      word.replaceWith(marked(id, match[0]));
    }
    mark(rest, seen);
  };
  for (const section of document.querySelectorAll("main > section:not(#glossary)")) {
    const seen = new Set();
    for (const element of section.querySelectorAll("p, li, figcaption, dd, thead th")) {
      if (element.closest("[data-plain], pre, svg, label") || element.querySelector("p, li")) continue;
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      const nodes = [];
      while (walker.nextNode()) if (!walker.currentNode.parentElement.closest("a, button, code, label, select")) nodes.push(walker.currentNode);
      nodes.forEach((node) => mark(node, seen));
    }
  }
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  addEventListener("pointerdown", (event) => { if (!event.target.closest(".term, #tip")) hide(); });
})();
