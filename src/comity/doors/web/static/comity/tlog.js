// A transparency log checked from its tiles: RFC 6962/9162 hashing and proofs, C2SP tlog-tiles, signed notes.
// Pure but for WebCrypto: what fetches tiles is handed in. Sizes are whole numbers below 2^53.
const Tlog = (() => {
  "use strict";
  const HASH = 32, HEIGHT = 8, WIDTH = 256, ED25519 = 1, HINT = 4, SIGNATURE = 64;

  // Something that was fetched is not what the log signed. Never thrown for what merely could not be fetched.
  class Broken extends Error {}

  const joined = (...parts) => {
    const whole = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
    let at = 0;
    for (const one of parts) { whole.set(one, at); at += one.length; }
    return whole;
  };
  const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
  const unbase64 = (text) => {
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new Broken("not base64");
    try { return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)); } catch { throw new Broken("not base64"); }
  };
  const utf8 = (text) => new TextEncoder().encode(text);
  const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

  // Hashing.
  const leafHash = (body) => sha256(joined(Uint8Array.of(0), body));
  const nodeHash = (left, right) => sha256(joined(Uint8Array.of(1), left, right));
  const perfectRoot = async (hashes) => {
    let layer = hashes;
    while (layer.length > HASH) {
      const pairs = [];
      for (let at = 0; at < layer.length; at += 2 * HASH) pairs.push(sha256(joined(Uint8Array.of(1), layer.subarray(at, at + 2 * HASH))));
      layer = joined(...await Promise.all(pairs));
    }
    return layer;
  };
  const fold = async (peaks) => {
    if (!peaks.length) return sha256(new Uint8Array());
    let root = peaks[peaks.length - 1];
    for (const peak of peaks.slice(0, -1).reverse()) root = await nodeHash(peak, root);
    return root;
  };

  // Which subtrees proofs are made of.
  const powerBelow = (size) => { let power = 1; while (power * 2 < size) power *= 2; return power; };
  const peakSpans = (start, end) => {
    const spans = [];
    for (let at = start; at < end;) {
      let height = 0;
      while (2 ** (height + 1) <= end - at) height += 1;
      spans.push([height, at / 2 ** height]);
      at += 2 ** height;
    }
    return spans;
  };
  const inclusionSpans = (index, size) => {
    const spans = [];
    let start = 0, end = size;
    while (end - start > 1) {
      const middle = start + powerBelow(end - start);
      if (index < middle) { spans.push([middle, end]); end = middle; } else { spans.push([start, middle]); start = middle; }
    }
    return spans.reverse();
  };
  const consistencySpans = (older, newer) => {
    if (older === 0 || older === newer) return [];
    const spans = [];
    let start = 0, end = newer, isWhole = true;
    while (older !== end) {
      const middle = start + powerBelow(end - start);
      if (older <= middle) { spans.push([middle, end]); end = middle; } else { spans.push([start, middle]); start = middle; isWhole = false; }
    }
    if (!isWhole) spans.push([start, end]);
    return spans.reverse();
  };

  // Proofs (RFC 9162, 2.1.3.2 and 2.1.4.2).
  const isPower = (n) => { let rest = n; while (rest % 2 === 0) rest /= 2; return rest === 1; };
  const odd = (n) => n % 2 === 1, half = (n) => Math.floor(n / 2);
  const isIncluded = async (index, size, leaf, proof, root) => {
    if (!(index >= 0 && index < size)) return false;
    let at = index, last = size - 1, digest = leaf;
    for (const sibling of proof) {
      if (last === 0) return false;
      if (odd(at) || at === last) {
        digest = await nodeHash(sibling, digest);
        while (!odd(at) && at) { at = half(at); last = half(last); }
      } else digest = await nodeHash(digest, sibling);
      at = half(at); last = half(last);
    }
    return last === 0 && same(digest, root);
  };
  const isConsistent = async (older, newer, olderRoot, newerRoot, proof) => {
    if (!(older >= 0 && older <= newer)) return false;
    if (older === newer) return !proof.length && same(olderRoot, newerRoot);
    if (older === 0) return !proof.length;
    const path = isPower(older) ? [olderRoot, ...proof] : [...proof];
    if (!path.length) return false;
    let at = older - 1, last = newer - 1;
    while (odd(at)) { at = half(at); last = half(last); }
    let before = path[0], after = path[0];
    for (const sibling of path.slice(1)) {
      if (last === 0) return false;
      if (odd(at) || at === last) {
        before = await nodeHash(sibling, before); after = await nodeHash(sibling, after);
        while (!odd(at) && at) { at = half(at); last = half(last); }
      } else after = await nodeHash(after, sibling);
      at = half(at); last = half(last);
    }
    return last === 0 && same(before, olderRoot) && same(after, newerRoot);
  };

  // Signed notes. A key is NAME+HASH+BASE64(1 || public key).
  const parseKey = async (text) => {
    const [origin, hint, ...rest] = text.split("+");
    const raw = unbase64(rest.join("+"));
    const named = (await sha256(joined(utf8(`${origin}\n`), raw))).subarray(0, HINT);
    if (raw.length !== 1 + HASH || raw[0] !== ED25519 || hex(named) !== hint) throw new Broken("not a key");
    return { text, origin, hint: named, raw: raw.subarray(1) };
  };
  const parseNote = (note) => {
    const gap = note.lastIndexOf("\n\n");
    if (gap < 0 || !note.endsWith("\n")) throw new Broken("not a signed note");
    const text = note.slice(0, gap + 1), lines = text.split("\n");
    if (lines.length < 4 || !lines[0] || !/^(0|[1-9][0-9]{0,15})$/.test(lines[1])) throw new Broken("not a checkpoint");
    const size = Number(lines[1]), root = unbase64(lines[2]);
    if (!Number.isSafeInteger(size) || root.length !== HASH) throw new Broken("not a checkpoint");
    return { note, text, origin: lines[0], size, root, signatures: note.slice(gap + 2).split("\n").filter(Boolean) };
  };
  // Return the key of `keys` that signed the note, null where none did. Rejects where the browser knows no Ed25519.
  const signerOf = async (checkpoint, keys) => {
    for (const key of keys.filter((one) => one.origin === checkpoint.origin)) {
      const verifier = await crypto.subtle.importKey("raw", key.raw, { name: "Ed25519" }, false, ["verify"]);
      for (const line of checkpoint.signatures) {
        if (!line.startsWith(`— ${key.origin} `)) continue;
        const blob = unbase64(line.slice(`— ${key.origin} `.length));
        if (blob.length !== HINT + SIGNATURE || !same(blob.subarray(0, HINT), key.hint)) continue;
        if (await crypto.subtle.verify({ name: "Ed25519" }, verifier, blob.subarray(HINT), utf8(checkpoint.text))) return key;
      }
    }
    return null;
  };

  // Tiles of a tree of `size` leaves; `load(path)` resolves to bytes, or null where the log has no such tile.
  const tilePath = (level, index, width) => {
    let place = String(index % 1000).padStart(3, "0");
    for (let rest = Math.floor(index / 1000); rest; rest = Math.floor(rest / 1000)) place = `x${String(rest % 1000).padStart(3, "0")}/${place}`;
    return `${level}/${place}${width === WIDTH ? "" : `.p/${width}`}`;
  };
  class Tree {
    constructor(size, load) { this.size = size; this.load = load; this.tiles = new Map(); }
    count(level) { return Math.floor(this.size / WIDTH ** level); }
    fullTiles(level) { return Math.floor(this.count(level) / WIDTH); }
    tile(level, index) {
      const width = Math.min(WIDTH, this.count(level) - index * WIDTH), path = tilePath(level, index, width);
      if (!this.tiles.has(path)) this.tiles.set(path, this.load(path).then((data) => {
        if (!data || data.length !== width * HASH) throw new Broken(path);
        return data;
      }));
      return this.tiles.get(path);
    }
    async node(height, index) {
      const level = Math.floor(height / HEIGHT), count = 2 ** (height % HEIGHT), first = index * count;
      const tile = await this.tile(level, Math.floor(first / WIDTH)), start = (first % WIDTH) * HASH;
      return perfectRoot(tile.subarray(start, start + count * HASH));
    }
    async span([start, end]) { return fold(await Promise.all(peakSpans(start, end).map(([height, index]) => this.node(height, index)))); }
    spans(wanted) { return Promise.all(wanted.map((span) => this.span(span))); }
    root() { return this.span([0, this.size]); }
    // Recompute every full tile and compare it with the hash above it; with `root`, that is the whole tree.
    // Tiles of leaves are forgotten once they were used, so that memory does not grow with the log.
    async whole(progress) {
      let total = 0, done = 0;
      for (let level = 0; this.fullTiles(level); level += 1) total += this.fullTiles(level);
      for (let level = 0; this.fullTiles(level); level += 1) {
        for (let index = 0; index < this.fullTiles(level); index += 1) {
          const above = await this.tile(level + 1, Math.floor(index / WIDTH)), at = (index % WIDTH) * HASH;
          if (!same(await perfectRoot(await this.tile(level, index)), above.subarray(at, at + HASH))) throw new Broken(tilePath(level, index, WIDTH));
          if (level === 0) this.tiles.delete(tilePath(level, index, WIDTH));
          done += 1;
          progress(done, total);
        }
      }
    }
    async leaf(index) { const tile = await this.tile(0, Math.floor(index / WIDTH)), at = (index % WIDTH) * HASH; return tile.subarray(at, at + HASH); }
  }

  return {
    Broken, Tree, consistencySpans, fold, hex, inclusionSpans, isConsistent, isIncluded, leafHash, nodeHash, parseKey,
    parseNote, perfectRoot, same, signerOf, tilePath, unbase64, unhex, utf8,
  };
})();
