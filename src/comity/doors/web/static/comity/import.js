// While a text is read, the page says so and the button is not pressed twice. Everything works without it.
(() => {
  "use strict";
  for (const form of document.querySelectorAll("form[data-reading]")) {
    form.addEventListener("submit", () => {
      const said = form.querySelector("[data-reading-said]");
      said.textContent = said.dataset.readingSaid;
      form.querySelector("button").setAttribute("aria-disabled", "true");
      form.setAttribute("aria-busy", "true");
      form.addEventListener("submit", (again) => again.preventDefault());
    });
    addEventListener("pageshow", () => { form.removeAttribute("aria-busy"); });
  }
})();
