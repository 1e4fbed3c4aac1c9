// The sources of any two implementations, line beside line, with a mark where they differ.
(() => {
  const data = JSON.parse(document.getElementById("sources-data").textContent);
  const form = document.getElementById("sources-form");
  if (!form) return;
  const MARKS = { same: ["", ""], words: ["", ""], changed: ["≠", "differs"], left: ["−", "left alone"], right: ["+", "right alone"] };
  const TURNED = { left: "right", right: "left" };
  const listed = (parts) => (parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`);

  function pair(left, right) {
    const known = data.pairs[`${left} ${right}`];
    if (known) return known;
    const turned = data.pairs[`${right} ${left}`];
    return turned && { ...turned, rows: turned.rows.map(([l, r, kind]) => [r, l, TURNED[kind] || kind]) };
  }
  const element = (name, text, className) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  function code(lines, number) {
    const cell = document.createElement("td");
    const made = document.createElement("code");
    if (number !== null) made.innerHTML = lines[number] || " "; // made by pygments, which escapes the source
    cell.append(made);
    return cell;
  }
  function row(left, right, [l, r, kind]) {
    const line = element("tr", "", `is-${kind}`);
    const mark = document.createElement("td");
    const [sign, words] = MARKS[kind];
    if (sign) {
      const shown = element("span", sign);
      shown.setAttribute("aria-hidden", "true");
      mark.append(shown, element("span", words, "sr"));
    }
    line.append(mark, code(left.lines, l), code(right.lines, r));
    return line;
  }
  function figures(left, right) {
    const [mine, other] = [data.figures[left], data.figures[right]];
    const ties = document.getElementById("sources-ties");
    const table = document.getElementById("sources-figures");
    table.parentElement.hidden = !(mine && other);
    if (!(mine && other)) {
      ties.textContent = "There are no figures of one of them.";
      return;
    }
    const tied = data.headings.filter((_, number) => mine[number] === other[number]);
    ties.textContent = tied.length === data.headings.length ? "They tie in every figure: no figure says which reads better."
      : tied.length ? `They tie in ${listed(tied)}.` : "They tie in no figure.";
    const head = ["figure", data.sources[left].title, data.sources[right].title, ""].map((text, number) => {
      const cell = element(text || number < 3 ? "th" : "td", text, number && number < 3 ? "r" : "");
      if (cell.tagName === "TH") cell.scope = "col";
      return cell;
    });
    table.tHead.rows[0].replaceChildren(...head);
    table.tBodies[0].replaceChildren(...data.headings.map((heading, number) => {
      const line = document.createElement("tr");
      const name = element("th", heading);
      name.scope = "row";
      line.append(name, element("td", mine[number], "r"), element("td", other[number], "r"), element("td", mine[number] === other[number] ? "a tie" : ""));
      return line;
    }));
  }
  function show() {
    const [left, right] = [form.left.value, form.right.value];
    const [mine, other] = [data.sources[left], data.sources[right]];
    const found = pair(left, right) || { rows: mine.lines.map((_, number) => [number, number, "same"]), changed: 0, note: "" };
    const count = found.changed === 1 ? "One line differs." : `${found.changed || "No"} lines differ.`;
    document.getElementById("sources-note").textContent = found.note.startsWith("One line") ? found.note : `${count} ${found.note}`;
    const table = document.getElementById("sources-table");
    const heads = table.tHead.rows[0].cells;
    [mine, other].forEach((source, number) => heads[number + 1].replaceChildren(element("b", source.title), element("span", source.cache && `cache in ${source.cache}`)));
    table.tBodies[0].replaceChildren(...found.rows.map((each) => row(mine, other, each)));
    figures(left, right);
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", show);
  form.hidden = false;
  document.getElementById("sources-found").hidden = false;
  show();
})();
