// The page as a person meets it. Test ids that several tests need stand here.

import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { drop } from "./harness.mjs";

/** Far above what a study needs, on a slow machine with the processor tier. */
const PATIENCE_MS = 240_000;

const FINAL = ["scored", "not_scored", "failed"].map((state) => `[data-state=${state}]`).join(",");

/** Runs in the page: the list as it is kept on the device, JSON; empty while it is not. */
export async function keptText() {
  // Asked to open what is not there, the browser would make it.
  if ((await indexedDB.databases()).length === 0) return "";
  const database = await new Promise((resolve) => (indexedDB.open("headway").onsuccess = (event) => resolve(event.target.result)));
  const list = database.transaction("kept").objectStore("kept").get("list");
  const text = await new Promise((resolve) => (list.onsuccess = () => resolve(list.result)));
  database.close();
  return text ?? "";
}

export class WorklistPage {
  /** Opens the page and waits until its engine can score. `engine` overrides the choice of device, `mode` that of scores shown. */
  static async open(context, origin, engine = "cpu", mode = "open") {
    const opened = await WorklistPage.openAtOnce(context, origin, engine, mode);
    await opened.page.locator("[data-testid=device][data-ready=true]").waitFor({ timeout: PATIENCE_MS });
    return opened;
  }

  /** Opens the page and waits only until it is drawn; the engine is still loading. */
  static async openAtOnce(context, origin, engine = "cpu", mode = "open") {
    const opened = new WorklistPage(await context.newPage());
    opened.page.on("pageerror", (error) => opened.faults.push(error.message));
    await opened.page.goto(`${origin}/#engine=${engine}&mode=${mode}`);
    await opened.by("drop-zone").waitFor();
    return opened;
  }

  /** Opens the first lessons. */
  static async openLessons(context, origin) {
    const opened = new WorklistPage(await context.newPage());
    opened.page.on("pageerror", (error) => opened.faults.push(error.message));
    await opened.page.goto(`${origin}/#engine=cpu&mode=lessons`);
    await opened.by("lessons").waitFor();
    return opened;
  }

  constructor(page) {
    this.page = page;
    /** Errors nobody caught. A test ends by looking that there are none. */
    this.faults = [];
  }

  by(id) {
    return this.page.getByTestId(id);
  }

  /** Shows the page dark or light. */
  async theme(scheme) {
    const shown = (await this.page.evaluate(() => document.documentElement.dataset.theme)) ?? "dark";
    if (shown !== scheme) await this.by("theme").click();
  }

  drop(...paths) {
    return drop(this.page, ...paths);
  }

  /** Waits until `count` rows stand, all of them final, and every file is accounted for. */
  async settled(count) {
    await this.page.waitForFunction(
      ({ count, final }) => {
        const rows = [...document.querySelectorAll("[data-testid=row]")];
        const files = document.querySelector("[data-testid=files-summary]");
        const idle = !document.querySelector("[data-testid=cancel-button]");
        return idle && files && rows.length === count && rows.every((row) => row.matches(final));
      },
      { count, final: FINAL },
      { timeout: PATIENCE_MS },
    );
    return this.rows();
  }

  /** Every row, top first, in plain values. */
  rows() {
    return this.by("row").evaluateAll((rows) =>
      rows.map((row) => {
        const part = (id) => row.querySelector(`[data-testid=${id}]`);
        const logit = part("row-logit");
        return {
          state: row.dataset.state,
          studyUid: row.dataset.studyUid,
          series: part("row-series")?.textContent ?? null,
          logit: logit && Number(logit.dataset.logit),
          place: part("row-place")?.dataset.place ?? null,
          code: part("row-reason")?.dataset.code ?? null,
          reason: part("row-reason")?.textContent ?? null,
          reasons: [...row.querySelectorAll("[data-testid=row-reasons] li")].map((item) => item.textContent),
          rejected: [...row.querySelectorAll("[data-testid=rejected]")].map((series) => ({
            description: series.dataset.seriesDescription,
            code: series.dataset.code,
            text: series.querySelector("li").textContent,
          })),
        };
      }),
    );
  }

  /** Waits until the rows stand in this order, named by Study Instance UID. */
  stands(...uids) {
    return this.becomes(() => this.by("row").evaluateAll((rows) => rows.map((row) => row.dataset.studyUid)), uids);
  }

  /** Waits until this is what the reader said of a study, as the page puts it. */
  says(uid, all) {
    return this.becomes(() => this.said(uid), all);
  }

  /** Waits until a value read from the page is the one expected; what it last was is the failure. */
  async becomes(read, expected, what) {
    const deadline = Date.now() + 10_000;
    while (!isDeepStrictEqual(await read(), expected) && Date.now() < deadline) await this.frame();
    assert.deepEqual(await read(), expected, what);
  }

  /** Waits until the page has drawn what it was told. */
  frame() {
    return this.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  }

  /** The row of a study. */
  row(uid) {
    return this.page.locator(`[data-testid=row][data-study-uid="${uid}"]`);
  }

  /** What the reader said of a study, as the page puts it. */
  said(uid) {
    return this.row(uid).getByTestId("row-said").locator("li").allTextContents();
  }

  /** Chooses one of the orders by its name. */
  orderBy(name) {
    return this.by("order").getByLabel(name).check();
  }

  /** Opens one of the panels above the list. */
  async panel(id) {
    const panel = this.by(id);
    if (!(await panel.evaluate((panel) => panel.open))) await panel.locator("summary").first().click();
    return panel;
  }

  /** Files: { seen, inRows, notices }. */
  async files() {
    const { seen, inRows, notices } = await this.by("files-summary").evaluate((summary) => ({ ...summary.dataset }));
    return { seen: Number(seen), inRows: Number(inRows), notices: Number(notices) };
  }

  /** Every listed file: { path, code, level }. */
  notices() {
    return this.by("notice").evaluateAll((items) => items.map(({ dataset: { path, code, level } }) => ({ path, code, level })));
  }
}
