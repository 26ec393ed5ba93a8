// A person with a browser that runs no scripts: follows redirects, fills in the sign-in form, and stops where the app
// would get the browser back.
export class Person {
  cookies = new Map();

  async fetch(url, init = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { accept: "text/html", "sec-fetch-site": "same-origin", cookie, ...init.headers };
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0].split("=");
      if (value) this.cookies.set(name, value);
      else this.cookies.delete(name);
    }
    return response;
  }

  /** Goes to `url`, signs in where that is asked, and returns the address or the form that leads back to the app. */
  async go(url, callback) {
    for (let step = 0; step < 12; step++) {
      const response = await this.fetch(url);
      const location = response.headers.get("location");
      if (location) {
        const next = new URL(location, url);
        if (next.href.startsWith(callback)) return next;
        url = next.href;
        continue;
      }
      const page = await response.text();
      const refresh = page.match(/http-equiv="refresh" content="0;url=([^"]+)"/);
      if (refresh) {
        url = new URL(refresh[1].replaceAll("&#x2f;", "/"), url).href;
        continue;
      }
      const field = (name) => page.match(new RegExp(`name="${name}" value="([^"]*)"`))?.[1].replaceAll("&#x2f;", "/");
      if (!page.includes('name="password"')) throw new Error(`stuck at ${url}: ${response.status} ${page}`);
      const form = { csrf: field("csrf"), username: "anna@kantoor.nl", password: "vier rode fietsen" };
      const sent = await this.fetch(url, { method: "POST", body: new URLSearchParams(form) });
      if (sent.status !== 303) throw new Error(`not signed in: ${sent.status} ${await sent.text()}`);
      url = new URL(sent.headers.get("location"), url).href;
    }
    throw new Error("too many steps");
  }
}
