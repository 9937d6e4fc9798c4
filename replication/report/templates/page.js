// Sorting and filtering of tables. Everything is readable without it.
"use strict";

for (const table of document.querySelectorAll("table.data")) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  if (rows.length < 2) continue;

  table.querySelectorAll("thead th").forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const ascending = heading.getAttribute("aria-sort") !== "ascending";
      for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      const numeric = heading.classList.contains("numeric");
      const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
      const missing = (text) => text === "" || (numeric && Number.isNaN(Number(text)));
      const sorted = [...body.rows].sort((one, other) => {
        const [a, b] = [key(one), key(other)];
        // What has no value stays at the end, whichever way the table is sorted.
        if (missing(a) || missing(b)) return missing(a) - missing(b);
        const order = numeric ? Number(a) - Number(b) : a.localeCompare(b, "en", { numeric: true });
        return ascending ? order : -order;
      });
      body.append(...sorted);
    });
  });

  if (rows.length < 6) continue;
  const search = document.createElement("input");
  search.type = "search";
  search.placeholder = "filter rows";
  search.setAttribute("aria-label", `Filter rows of: ${table.caption?.textContent.trim() ?? "table"}`);
  const count = document.createElement("output");
  count.textContent = `${rows.length} rows`;
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = shown === rows.length ? `${rows.length} rows` : `${shown} of ${rows.length} rows`;
  });
  const tools = document.createElement("div");
  tools.className = "tools";
  tools.append(search, count);
  table.closest(".scroll").before(tools);
}

// A link may lead into something folded, and paper cannot be unfolded.
const unfold = (element) => {
  for (let fold = element?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
};
const follow = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  unfold(target);
  target.scrollIntoView();
};
addEventListener("hashchange", follow);
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((fold) => (fold.open = true)));
if (location.hash) follow();
