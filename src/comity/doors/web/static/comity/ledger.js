// The page of the ledger checks the log by itself: it fetches the checkpoint and tiles and recomputes. The server's word
// is taken for nothing but words: which of them are shown is decided here.
(() => {
  "use strict";
  const CHECKS = ["signature", "root", "growth", "entry", "body"];
  const place = document.getElementById("ledger-checks");
  if (!place) return;
  const given = place.dataset;
  const part = (name) => place.querySelector(`[data-check="${name}"]`);
  const all = (found) => Array.from(found);

  // Say one of the sentences that the page holds for a check, with numbers in it; every other one is hidden.
  const say = (name, state, numbers = {}) => {
    const box = part(name);
    if (!box) return;
    box.dataset.state = state;
    for (const line of all(box.querySelectorAll("[data-say]"))) {
      const isSaid = line.dataset.say.split(" ").includes(state);
      line.hidden = !isSaid;
      if (isSaid) for (const slot of all(line.querySelectorAll("[data-number]"))) slot.textContent = numbers[slot.dataset.number] ?? "";
    }
  };
  const number = (n) => n.toLocaleString(document.documentElement.lang);
  const show = (id, isShown) => { const found = document.getElementById(id); if (found) found.hidden = !isShown; };

  // What this browser saw of a log before: {size, root, note, key}; never replaced by what contradicts it.
  const shelf = (origin) => `comity-ledger:${origin}`;
  const seen = (origin) => { try { return JSON.parse(localStorage.getItem(shelf(origin))); } catch { return null; } };
  const keep = (point, key) => {
    try {
      localStorage.setItem(shelf(point.origin), JSON.stringify({ size: point.size, root: Tlog.hex(point.root), note: point.note, key }));
    } catch { /* a browser that keeps nothing compares nothing */ }
  };

  class Unreachable extends Error {}
  const fetched = async (path, how) => {
    let answer;
    try { answer = await fetch(path, { cache: how, credentials: "omit", redirect: "error" }); } catch { throw new Unreachable(path); }
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Unreachable(path);
    return answer;
  };

  // Run one check; what is broken is said as such, what could not be fetched as that.
  const attempt = async (name, doing) => {
    say(name, "waiting");
    try { return await doing(); } catch (fault) {
      say(name, fault instanceof Tlog.Broken ? "bad" : fault instanceof Unreachable ? "unreached" : "cannot");
      return fault instanceof Tlog.Broken ? false : null;
    }
  };
  const settle = (name, holds, numbers) => { say(name, holds ? "good" : "bad", numbers); return holds; };

  const checkSignature = (point, keys) => attempt("signature", async () => {
    if (!keys.length) { say("signature", "keyless"); return null; }
    const signer = await Tlog.signerOf(point, keys);
    if (!signer) return settle("signature", false);
    const before = seen(point.origin);
    if (before && before.key && before.key !== signer.text) { say("signature", "otherkey"); return false; }
    return settle("signature", true);
  });
  const checkRoot = (point, tree, isWhole) => attempt("root", async () => {
    if (!Tlog.same(await tree.root(), point.root)) return settle("root", false);
    if (!isWhole) { say("root", "top", { tiles: number(tree.fullTiles(0)) }); return true; }
    await tree.whole((done, total) => {
      if (done % 8 === 0) say("root", "progress", { done: number(done), total: number(total) });
    });
    return settle("root", true, { size: number(point.size) });
  });
  const checkGrowth = (point, tree) => attempt("growth", async () => {
    const before = seen(point.origin);
    if (!before) { say("growth", "first", { size: number(point.size) }); return true; }
    const numbers = { before: number(before.size), now: number(point.size) };
    if (before.size > point.size) { say("growth", "shorter", numbers); return false; }
    const proof = await tree.spans(Tlog.consistencySpans(before.size, point.size));
    return settle("growth", await Tlog.isConsistent(before.size, point.size, Tlog.unhex(before.root), point.root, proof), numbers);
  });
  const checkEntry = (point, tree) => attempt("entry", async () => {
    const index = Number(given.index), hash = Tlog.unhex(given.hash), numbers = { index: given.index, size: number(point.size) };
    if (index >= point.size) { say("entry", "later", numbers); return null; }
    const proof = await tree.spans(Tlog.inclusionSpans(index, point.size));
    const holds = Tlog.same(await tree.leaf(index), hash) && await Tlog.isIncluded(index, point.size, hash, proof, point.root);
    return settle("entry", holds, numbers);
  });
  const checkBody = () => attempt("body", async () => {
    const body = document.getElementById("entry-body").textContent;
    return settle("body", Tlog.same(await Tlog.leafHash(Tlog.utf8(body)), Tlog.unhex(given.hash)));
  });

  const check = async ({ isWhole, how }) => {
    place.setAttribute("aria-busy", "true");
    for (const name of CHECKS) say(name, "waiting");
    say("summary", "waiting");
    show("ledger-whole", false);
    show("ledger-forget", false);
    const results = [];
    try {
      if (!window.crypto || !crypto.subtle) { say("summary", "insecure"); return; }
      const answer = await fetched(given.checkpoint, "no-store");
      if (!answer) { say("summary", "empty"); return; }
      const point = Tlog.parseNote(await answer.text());
      const keys = await Promise.all(given.keys.split(" ").filter(Boolean).map(Tlog.parseKey));
      const tree = new Tlog.Tree(point.size, async (path) => {
        const tile = await fetched(given.tiles + path, how);
        return tile && new Uint8Array(await tile.arrayBuffer());
      });
      const tiles = tree.fullTiles(0), takesAll = isWhole || tiles <= Number(given.whole);
      results.push(await checkSignature(point, keys), await checkRoot(point, tree, takesAll), await checkGrowth(point, tree));
      const grew = results[2];
      if (given.index) results.push(await checkEntry(point, tree));
      if (document.getElementById("entry-body") && given.hash) results.push(await checkBody());
      const isBad = results.includes(false);
      if (!isBad && results[1] === true && grew === true) {
        keep(point, results[0] ? (await Tlog.signerOf(point, keys)).text : (seen(point.origin) || {}).key);
      }
      say("summary", isBad ? "bad" : results.includes(null) ? "partly" : "good", { size: number(point.size) });
      show("ledger-whole", !takesAll && !isBad);
      show("ledger-forget", grew === false || part("signature").dataset.state === "otherkey");
      given.origin = point.origin;
    } catch (fault) {
      say("summary", fault instanceof Unreachable ? "unreached" : "bad");
    } finally {
      for (const name of CHECKS) if ((part(name) || { dataset: {} }).dataset.state === "waiting") say(name, "untried");
      place.setAttribute("aria-busy", "false");
    }
  };

  let running = Promise.resolve();
  const again = (what) => { running = running.then(() => check(what)); };
  const press = (id, doing) => { const found = document.getElementById(id); if (found) found.addEventListener("click", doing); };
  press("ledger-again", () => again({ isWhole: false, how: "reload" }));
  press("ledger-whole", () => again({ isWhole: true, how: "default" }));
  press("ledger-forget", () => {
    try { localStorage.removeItem(shelf(given.origin)); } catch { /* nothing was kept */ }
    again({ isWhole: false, how: "reload" });
  });
  place.hidden = false;
  again({ isWhole: false, how: "default" });
})();
