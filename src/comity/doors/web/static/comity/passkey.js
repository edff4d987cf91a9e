// Signing by passkey: the browser is given what is signed, and its answer is sent with the form. Nothing else is sent.
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const named = (known) => known.map((one) => ({ ...one, id: bytes(one.id) }));

  const asked = (options) => {
    const read = { ...options, challenge: bytes(options.challenge) };
    if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
    if (options.allowCredentials) read.allowCredentials = named(options.allowCredentials);
    if (options.excludeCredentials) read.excludeCredentials = named(options.excludeCredentials);
    return { publicKey: read };
  };

  const written = (made) => {
    const response = { clientDataJSON: text(made.response.clientDataJSON) };
    for (const name of ["authenticatorData", "signature", "attestationObject"]) {
      if (made.response[name]) response[name] = text(made.response[name]);
    }
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, clientExtensionResults: {}, response });
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("[data-passkey-go]");
    const said = form.querySelector("[data-passkey-said]");
    if (!window.PublicKeyCredential) {
      said.textContent = form.dataset.unknown;
      continue;
    }
    button.hidden = false;
    button.addEventListener("click", async () => {
      button.disabled = true;
      said.textContent = "";
      const options = asked(JSON.parse(document.getElementById(form.dataset.options).textContent));
      try {
        form.elements[form.dataset.into].value = written(await navigator.credentials[form.dataset.passkey](options));
      } catch {
        said.textContent = form.dataset.stopped;
        button.disabled = false;
        return;
      }
      form.submit();
    });
  }
})();
