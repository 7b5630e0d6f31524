"use strict";

// Every page: the search box, a copy button for each snippet, and a table of contents on wide screens.
const box = document.getElementById("search");
const list = document.getElementById("found");
const MOST_FOUND = 12;
let loading = null;
let searched = null;

/** Loads the index once, at the first search. */
function loadIndex() {
  loading ??= new Promise((onload, onerror) => {
    document.head.append(element("script", "", { src: "assets/search-index.js", onload, onerror }));
  });
  return loading;
}

/** The entries that contain all words; those with the words in their title come first. */
function find(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  return searchIndex
    .map(([title, page, url, content]) => {
      const [head, rest] = [title.toLowerCase(), `${page} ${content}`.toLowerCase()];
      const scores = words.map((word) => {
        if (head.includes(word)) return head.startsWith(word) ? 4 : 3;
        return rest.includes(word) ? 1 : 0;
      });
      const score = scores.includes(0) ? 0 : scores.reduce((sum, one) => sum + one);
      return { title, page, url, content, score, at: content.toLowerCase().indexOf(words[0]) };
    })
    .filter((one) => one.score)
    .sort((one, other) => other.score - one.score)
    .slice(0, MOST_FOUND);
}

function element(name, text, properties = {}) {
  return Object.assign(document.createElement(name), { textContent: text, ...properties });
}

async function search() {
  await loadIndex();
  const found = find(box.value);
  const options = found.map(({ title, page, url, content, at }, index) => {
    const link = element("a", "", { href: url, tabIndex: -1, id: `found-${index}`, role: "option" });
    const begin = at < 70 ? 0 : content.indexOf(" ", at - 40) + 1;
    const part = (begin ? "\u2026 " : "") + content.slice(begin, begin + 120);
    link.append(element("b", title), element("small", page), element("span", part));
    return link;
  });
  const nothing = box.value.trim() ? [element("p", "Nothing found.", { role: "option" })] : [];
  list.replaceChildren(...(found.length ? options : nothing));
  unfold(list.children.length > 0);
  choose(0);
}

function choose(index) {
  const items = [...list.children];
  items.forEach((item, at) => { item.ariaSelected = `${at === index}`; });
  items[index]?.scrollIntoView({ block: "nearest" });
  box.setAttribute("aria-activedescendant", items[index]?.id ?? "");
}

function unfold(isOpen) {
  list.hidden = !isOpen;
  box.ariaExpanded = `${isOpen}`;
}

box.addEventListener("focus", loadIndex);
box.addEventListener("input", () => (searched = search()));
box.addEventListener("keydown", async (event) => {
  const items = [...list.children];
  const at = items.findIndex((item) => item.ariaSelected === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && items.length) {
    event.preventDefault();
    choose((at + step + items.length) % items.length);
  }
  if (event.key === "Escape") unfold(false);
  if (event.key !== "Enter") return;
  await searched;
  list.querySelector("a[aria-selected='true']")?.click();
});
list.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (link?.pathname !== location.pathname || !document.body.classList.contains("viewer")) return;
  // The viewer only finds an anchor in a closed section if the page starts with it.
  event.preventDefault();
  location.href = link.href;
  location.reload();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("search") || event.target.closest("#found a")) unfold(false);
});
document.addEventListener("keydown", (event) => {
  const inField = event.target.closest("input, textarea, select, [contenteditable]");
  if ((event.key === "/" && !inField) || (event.key === "k" && (event.ctrlKey || event.metaKey))) {
    event.preventDefault();
    box.focus();
  }
});

/** Copies text, also where the clipboard is not available: on a page of another machine without TLS. */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = element("textarea", text, { className: "offside" });
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

for (const block of document.querySelectorAll("main pre")) {
  const button = element("button", "Copy", { type: "button", className: "copy" });
  button.addEventListener("click", async () => {
    await copy(block.textContent);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  const frame = element("div", "", { className: "snippet" });
  block.replaceWith(frame);
  frame.append(block, button);
}

document.querySelector(".top [aria-current]").scrollIntoView({ inline: "center", block: "nearest" });

const headings = [...document.querySelectorAll("main h2")].filter((one) => one.closest("main [id]"));
if (headings.length > 2) {
  const here = element("nav", "", { className: "here", ariaLabel: "On this page" });
  here.append(...headings.map((one) => element("a", one.textContent, { href: `#${one.closest("[id]").id}` })));
  document.querySelector("main").after(here);
}
