// Every table of data can be sorted by a column, filtered by words and saved as CSV.
(() => {
  const UNITS = { B: 1, Bytes: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
  const words = (cell) => cell.innerText.trim().replace(/\s*\n\s*/g, " ");
  const value = (cell) => {
    const text = words(cell).replace(/^[▼▲=?]\s/, "").replace(/(\d)[\u00a0\u202f](?=\d{3})/g, "$1").replace("−", "-");
    const number = text.match(/^[±+]?(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)(?:[\s\u00a0]+([KMG]iB|B|Bytes)\b)?/);
    return number ? Number(number[1]) * (UNITS[number[2]] || 1) : text.toLowerCase();
  };
  const compare = (a, b) => {
    if (typeof a === typeof b) return typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true });
    return typeof a === "number" ? -1 : 1;
  };
  const sort = (table, column) => {
    const heading = table.tHead.rows[0].cells[column];
    const ascending = heading.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const rows = [...table.tBodies[0].rows].map((row) => [value(row.cells[column]), row]);
    rows.sort((a, b) => (ascending ? 1 : -1) * compare(a[0], b[0]));
    table.tBodies[0].append(...rows.map(([, row]) => row));
  };
  const csv = (table) => {
    const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
    const plain = (cell) => quoted(cell.textContent.trim().replace(/\s+/g, " "));
    return [...table.rows].map((row) => [...row.cells].map(plain).join(",")).join("\r\n") + "\r\n";
  };
  const save = (table, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv(table)], { type: "text/csv" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const button = (text, label, action) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    if (label) made.setAttribute("aria-label", label);
    made.addEventListener("click", action);
    return made;
  };
  document.querySelectorAll("table.data").forEach((table, number) => {
    const caption = table.caption ? table.caption.textContent.trim() : "table";
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const made = button("", "", () => sort(table, column));
      made.append(...heading.childNodes);
      heading.append(made);
    });
    const tools = document.createElement("div");
    tools.className = "tools";
    const input = document.createElement("input");
    const count = document.createElement("span");
    Object.assign(input, { type: "search", placeholder: "filter rows" });
    input.setAttribute("aria-label", `Filter rows: ${caption}`);
    count.setAttribute("role", "status");
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const rows = [...table.tBodies[0].rows];
      for (const row of rows) row.hidden = !wanted.every((word) => row.textContent.replace(/\u00a0/g, " ").toLowerCase().includes(word));
      const left = rows.filter((row) => !row.hidden).length;
      count.textContent = wanted.length ? `${left} of ${rows.length} rows` : "";
    });
    const section = table.closest("section");
    const name = `${section ? section.id : "table"}-${number + 1}.csv`;
    const saving = button("CSV", `Save as CSV: ${caption}`, () => save(table, name));
    saving.className = "button";
    tools.append(input, saving, count);
    (table.closest(".scroll") || table).before(tools);
  });
})();
