// What a page of the console does by itself. Everything works without it.
(() => {
  "use strict";
  const KEEP_MS = 20000;

  // A form that takes long is kept on the server while it is filled in, sealed, for its page alone.
  const keep = (form) => {
    const typed = new FormData(form);
    typed.append("draft_of", location.pathname);
    fetch("/console/draft/", { method: "POST", body: new URLSearchParams(typed), credentials: "same-origin" }).catch(() => {});
  };
  for (const form of document.querySelectorAll("form[data-draft]")) {
    let changed = false;
    form.addEventListener("input", () => { changed = true; });
    form.addEventListener("submit", () => { changed = false; });
    setInterval(() => { if (changed) { changed = false; keep(form); } }, KEEP_MS);
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && changed) { changed = false; keep(form); }
    });
  }
})();
