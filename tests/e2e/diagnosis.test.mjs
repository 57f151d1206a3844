// What the device offers, in words: why WebGPU is missing, what to do, and a text to pass on that names nobody.

import assert from "node:assert/strict";
import test from "node:test";
import { browse, serve } from "./harness.mjs";
import { WorklistPage } from "./worklist_page.mjs";

/** Opens the sheet: its facts and the text to pass on. */
async function diagnosed(worklist) {
  await worklist.by("diagnosis-button").click();
  await worklist.by("diagnosis-facts").getByText("Browser", { exact: true }).waitFor();
  return { facts: await worklist.by("diagnosis-facts").innerText(), text: await worklist.by("diagnosis-text").innerText() };
}

test("over plain http the page says that browsers hide WebGPU, and how to have it", async (t) => {
  const { origin } = await serve(t);
  const context = await browse(t, { flags: ["--host-resolver-rules=MAP headway.intranet 127.0.0.1"] });
  const worklist = await WorklistPage.open(context, `http://headway.intranet:${new URL(origin).port}`, "auto");
  const { facts, text } = await diagnosed(worklist);
  assert.match(facts, /Secure context[^\n]*\s+no/);
  assert.match(facts, /browsers hide WebGPU from such pages/);
  assert.match(facts, /headway serve/);
  assert.ok(!text.includes("headway.intranet"), "the host's name is nobody's business");
  // Such pages may not copy either: the text is selected instead.
  await worklist.by("diagnosis-copy").click();
  await worklist.page.getByText("press Ctrl C").waitFor();
  assert.equal(await worklist.page.evaluate(() => getSelection().toString().trim()), text.trim());
});

test("a browser without WebGPU and one with an emulation only are told apart", async (t) => {
  const { origin } = await serve(t);
  for (const [flags, words] of [
    [["--disable-features=WebGPU", "--disable-blink-features=WebGPU"], /this browser has no WebGPU|found no graphics processor/],
    [["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"], /software emulation/],
  ]) {
    const worklist = await WorklistPage.open(await browse(t, { flags }), origin, "auto");
    const { facts } = await diagnosed(worklist);
    assert.match(facts, words);
    assert.match(facts, /What to do/);
  }
});

test("what is copied says what was found, and nothing of a patient or an address", async (t) => {
  const { origin } = await serve(t);
  const context = await browse(t);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const worklist = await WorklistPage.open(context, origin);
  await worklist.by("sample-button").click();
  await worklist.settled(1);
  const { text } = await diagnosed(worklist);
  await worklist.by("diagnosis-copy").click();
  await worklist.page.getByText("Copied.").waitFor();
  const copied = await worklist.page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied.trim(), text.trim());
  assert.match(copied, /^Headway \d+\.\d+\.\d+, build [0-9a-f]{12}\nThe network runs on the processor \(/);
  assert.doesNotMatch(copied, /SAMPLE|SYNTHETIC|1970|127\.0\.0\.1|2\.25\./);
});
