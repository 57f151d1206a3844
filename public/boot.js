// Starts the page's module and tells it where the build lies.
const build = new URL("./", import.meta.url);
document.documentElement.dataset.buildUrl = build.href;

const fault = (text) => {
  const element = document.getElementById("fault");
  element.textContent = text;
  element.hidden = false;
};

try {
  const { default: init } = await import("./page.js");
  await init({ module_or_path: new URL("page_bg.wasm", build) });
} catch (error) {
  fault(`Headway could not start in this browser (${error.message}). It needs WebAssembly with SIMD: a browser of 2023 or later. Nothing has left this device.`);
}
