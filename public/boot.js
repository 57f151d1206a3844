// Starts the page's module, tells it where the build lies, and has the page kept for the time without a network.
import { keepOffline } from "./offline.js";

const build = new URL("./", import.meta.url);
document.documentElement.dataset.buildUrl = build.href;

/** In the foot of the page: one sentence, and a button where there is something to do. */
function sayKept(text, action) {
  const foot = document.querySelector(".colophon") ?? document.body;
  const line = document.getElementById("kept") ?? foot.appendChild(Object.assign(document.createElement("p"), { id: "kept" }));
  line.setAttribute("role", "status");
  line.textContent = `${text} `;
  if (action) line.append(Object.assign(document.createElement("button"), { type: "button", textContent: action.words, onclick: action.act }));
}

const fault = (text) => {
  const element = document.getElementById("fault");
  element.textContent = text;
  element.hidden = false;
};

// The evidence room is fetched when it is first opened.
let evidence;
document.addEventListener("headway-evidence", async ({ detail }) => {
  evidence ??= import("./evidence.js").then(async (room) => {
    await room.default({ module_or_path: new URL("evidence_bg.wasm", build) });
    return room;
  });
  try {
    (await evidence).open_evidence(detail);
  } catch (error) {
    evidence = undefined;
    fault(`The evidence room could not be opened (${error.message}). The worklist is not touched; try again.`);
  }
});

try {
  const { default: init } = await import("./page.js");
  await init({ module_or_path: new URL("page_bg.wasm", build) });
  // The page comes first; it is kept once the browser has nothing better to do.
  const whenIdle = self.requestIdleCallback ?? setTimeout;
  whenIdle(() => keepOffline(new URL("../", build), sayKept));
} catch (error) {
  fault(`Headway could not start in this browser (${error.message}). It needs WebAssembly with SIMD: a browser of 2023 or later. Nothing has left this device.`);
}
