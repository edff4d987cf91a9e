// What a page of the console does by itself. Everything works without it.
(() => {
  "use strict";
  const KEEP_MS = 20000;

  // A form that takes long is kept on the server while it is filled in, sealed, for its page alone.
  const keep = (form, signal) => {
    const typed = new FormData(form);
    typed.append("draft_of", location.pathname);
    fetch("/console/draft/", { method: "POST", body: new URLSearchParams(typed), credentials: "same-origin", signal }).catch(() => {});
  };
  for (const form of document.querySelectorAll("form[data-draft]")) {
    let changed = false;
    let underWay = new AbortController();
    const keepChanged = () => { if (changed) { changed = false; keep(form, underWay.signal); } };
    form.addEventListener("input", () => { changed = true; });
    // What is sent is not to be kept afterwards: not by what is under way, and not before something else is typed.
    form.addEventListener("submit", () => { changed = false; underWay.abort(); underWay = new AbortController(); });
    setInterval(keepChanged, KEEP_MS);
    document.addEventListener("visibilitychange", () => { if (document.hidden) { keepChanged(); } });
  }
})();
