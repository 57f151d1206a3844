// Has the page kept on this device, and says so; says when a new version waits.
// Without a secure context there is no service worker: the page works, with a network.

/** Begins; `say(text, action)` puts a sentence, and a button where there is something to do, into the page. */
export async function keepOffline(root, say) {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  try {
    const registration = await serviceWorker.register(new URL("sw.js", root), { updateViaCache: "none" });
    const heard = (worker) => {
      if (worker?.state === "installed" && registration.active) sayNew(worker, say);
      if (worker?.state === "activated") say("Kept on this device: the page also opens without a network.");
    };
    const follow = (worker) => {
      heard(worker);
      worker?.addEventListener("statechange", () => {
        heard(worker);
        if (worker.state === "redundant" && !registration.active) say("Not kept on this device: it opens with a network only.");
      });
    };
    [registration.active, registration.waiting, registration.installing].forEach(follow);
    registration.addEventListener("updatefound", () => follow(registration.installing));
  } catch {
    say("Not kept on this device: it opens with a network only.");
  }
}

function sayNew(worker, say) {
  say("A new version is ready.", {
    words: "Reload with the new version",
    act: () => {
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
      worker.postMessage("take over");
    },
  });
}
