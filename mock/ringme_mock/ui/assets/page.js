// What the page does beside htmx: copies, keeps the focus, ticks, and tells of the journal.
(() => {
  "use strict";

  document.documentElement.classList.add("script");
  const NEWS_EVERY = 10_000;
  const SAID_FOR = 12_000;
  let section = "";
  let shownTime = "";
  let ahead = 0;
  let news = 0;
  let fading = 0;

  function say(text, isBad = false) {
    const line = document.createElement("p");
    line.className = isBad ? "said bad" : "said";
    line.textContent = text;
    document.getElementById("status").replaceChildren(line);
  }

  async function copy(place) {
    try {
      await navigator.clipboard.writeText(place.textContent);
      say("Copied.");
    } catch {
      // Not every address may use the clipboard.
      getSelection().selectAllChildren(place);
      say("It is marked: copy it with Ctrl+C.");
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(document.getElementById(button.dataset.copy));
  });

  document.addEventListener("htmx:before:request", (event) => {
    section = event.target.closest("section")?.id ?? "";
    const popover = event.target.closest("[popover]");
    if (popover?.matches(":popover-open")) popover.hidePopover();
  });

  // A button that is gone after it was pressed leaves the focus nowhere.
  document.addEventListener("htmx:after:swap", () => {
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (isLost && section) document.getElementById(`${section}-title`)?.focus({ preventScroll: true });
  });

  document.addEventListener("htmx:error", () => say("The mock does not respond. Is it running?", true));

  document.addEventListener("htmx:sse:after:message", ({ target }) => {
    const { length } = target.children;
    for (let spare = length - Number(target.dataset.most); spare > 0; spare--) target.lastElementChild.remove();
    news += target.querySelectorAll(":scope > li:not([data-told])").length;
    for (const row of target.querySelectorAll(":scope > li:not([data-told])")) row.dataset.told = "";
  });

  for (const [name, text] of [
    ["htmx:sse:after:connection", "Live: the newest request is on top."],
    ["htmx:sse:error", "Not connected to the mock; trying again."],
  ]) {
    document.addEventListener(name, () => {
      const line = document.querySelector("[data-live]");
      if (line) line.textContent = text;
    });
  }

  // What went well covers the page no longer than it takes to read; what did not stays.
  new MutationObserver(() => {
    clearTimeout(fading);
    const line = document.querySelector("#status .said:not(.bad)");
    if (line) fading = setTimeout(() => line.remove(), SAID_FOR);
  }).observe(document.getElementById("status"), { childList: true });

  // Every row by itself would drown a screen reader.
  setInterval(() => {
    if (!news) return;
    document.getElementById("journal-news").textContent = `${news} new ${news === 1 ? "request" : "requests"} in the journal`;
    news = 0;
  }, NEWS_EVERY);

  setInterval(() => {
    const clock = document.querySelector('[data-clock="running"]');
    if (!clock) return;
    if (clock.textContent !== shownTime) ahead = Date.parse(`${clock.textContent.replace(" ", "T")}Z`) - Date.now();
    shownTime = new Date(Date.now() + ahead).toISOString().slice(0, 19).replace("T", " ");
    clock.textContent = shownTime;
  }, 1000);

  for (const row of document.querySelectorAll("#journal-rows > li")) row.dataset.told = "";
})();
