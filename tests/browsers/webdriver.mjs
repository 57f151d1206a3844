// A browser driven by WebDriver (W3C), as far as these checks need it.

import { spawn } from "node:child_process";
import { createServer } from "node:net";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

export class Browser {
  /** Starts a driver program, and a browser through it. */
  static async start(driver, args, capabilities) {
    const port = await freePort();
    const child = spawn(driver, [...args, `--port=${port}`], { stdio: ["ignore", "ignore", "inherit"] });
    const browser = new Browser(child, `http://127.0.0.1:${port}`);
    try {
      await browser.#begin(capabilities);
    } catch (error) {
      child.kill();
      throw error;
    }
    return browser;
  }

  constructor(child, url) {
    this.child = child;
    this.url = url;
  }

  async #begin(capabilities) {
    const deadline = Date.now() + 60_000;
    for (;;) {
      try {
        const { sessionId, capabilities: got } = await this.#send("POST", "/session", { capabilities: { alwaysMatch: capabilities } });
        this.session = `/session/${sessionId}`;
        this.name = `${got.browserName} ${got.browserVersion}`;
        return;
      } catch (error) {
        // The driver does not listen yet.
        if (error.cause?.code !== "ECONNREFUSED" || Date.now() > deadline) throw error;
        await new Promise((later) => setTimeout(later, 200));
      }
    }
  }

  async #send(method, path, body) {
    const response = await fetch(this.url + path, { method, body: body && JSON.stringify(body), headers: { "content-type": "application/json" } });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
    return value;
  }

  ask(method, path, body) {
    return this.#send(method, this.session + path, body);
  }

  open(url) {
    return this.ask("POST", "/url", { url });
  }

  /** Runs a function in the page and returns what it returns. */
  run(script, ...args) {
    return this.ask("POST", "/execute/sync", { script: `return (${script})(...arguments);`, args });
  }

  /** Waits until a function in the page returns something true, and returns that. */
  async until(script, { args = [], ms = 240_000, what = script } = {}) {
    const deadline = Date.now() + ms;
    for (;;) {
      const value = await this.run(script, ...args);
      if (value) return value;
      if (Date.now() > deadline) throw new Error(`In ${ms / 1000} s the page did not come to: ${what}`);
      await new Promise((later) => setTimeout(later, 250));
    }
  }

  async element(selector) {
    return (await this.ask("POST", "/element", { using: "css selector", value: selector }))[ELEMENT];
  }

  async click(selector) {
    await this.ask("POST", `/element/${await this.element(selector)}/click`, {});
  }

  /** Types into an element; into a file input, paths. */
  async type(selector, text) {
    await this.ask("POST", `/element/${await this.element(selector)}/value`, { text });
  }

  async screenshot() {
    return Buffer.from(await this.ask("GET", "/screenshot"), "base64");
  }

  async end() {
    await this.ask("DELETE", "").catch(() => {});
    this.child.kill();
  }
}
