// Tells the page of an app, in which this is a frame, whether the sign-in that the app knows is still that of this browser
// (OpenID Connect Session Management, section 3.2). No module, so that old browsers run it as well.
"use strict";
(() => {
  const cookie = `${document.currentScript.dataset.cookie}=`;

  // SHA-256 (FIPS 180-4) by hand: in a page over plain http browsers keep theirs from its frames.
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  const fraction = (root) => ((root % 1) * 2 ** 32) | 0;
  const rounds = primes.map((prime) => fraction(prime ** (1 / 3)));
  const start = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
  const turn = (word, by) => (word >>> by) | (word << (32 - by));

  const sha256 = (text) => {
    const bytes = [...new TextEncoder().encode(text)];
    const bits = bytes.length * 8;
    bytes.push(0x80);
    while (bytes.length % 64 !== 56) bytes.push(0);
    for (const by of [56, 48, 40, 32]) bytes.push(Math.floor(bits / 2 ** by) & 255);
    for (const by of [24, 16, 8, 0]) bytes.push((bits >>> by) & 255);
    const hash = [...start];
    for (let at = 0; at < bytes.length; at += 64) {
      const words = [];
      for (let i = 0; i < 64; i++) {
        if (i < 16) {
          const first = at + i * 4;
          words[i] = (bytes[first] << 24) | (bytes[first + 1] << 16) | (bytes[first + 2] << 8) | bytes[first + 3];
        } else {
          const [near, far] = [words[i - 2], words[i - 15]];
          const one = turn(near, 17) ^ turn(near, 19) ^ (near >>> 10);
          const other = turn(far, 7) ^ turn(far, 18) ^ (far >>> 3);
          words[i] = (one + words[i - 7] + other + words[i - 16]) | 0;
        }
      }
      let [a, b, c, d, e, f, g, h] = hash;
      for (let i = 0; i < 64; i++) {
        const one = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + rounds[i] + words[i];
        const other = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        [a, b, c, d, e, f, g, h] = [(one + other) | 0, a, b, c, (d + one) | 0, e, f, g];
      }
      [a, b, c, d, e, f, g, h].forEach((word, i) => { hash[i] = (hash[i] + word) | 0; });
    }
    return hash.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  };

  // Nothing where nobody is signed in, and where the browser keeps it from us: then the app finds out by asking.
  const loginState = () => {
    try {
      const pair = document.cookie.split("; ").find((known) => known.startsWith(cookie));
      return pair ? pair.slice(cookie.length) : "";
    } catch {
      return "";
    }
  };

  const compare = (message, origin) => {
    const parts = typeof message === "string" && /^(\S+) ([0-9a-f]{64})\.([\w-]+)$/.exec(message);
    if (!parts) return "error";
    const [, clientId, hash, salt] = parts;
    return sha256(`${clientId} ${origin} ${loginState()} ${salt}`) === hash ? "unchanged" : "changed";
  };

  addEventListener("message", (event) => {
    // A page without an origin cannot be answered so that nobody else hears it.
    if (!event.source || event.source === window || event.origin === "null") return;
    event.source.postMessage(compare(event.data, event.origin), event.origin);
  });
})();
