// What a page sent, read from Chromium's own network log. The log is written below every door a page
// has: fetch, beacon, socket, image, navigation, worker, service worker, name look-up and WebRTC all
// pass it. One checker, used for the page and for the pages that are made to leak.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { browse, scratch } from "./harness.mjs";

/**
 * Runs `visit(context)` in a browser of its own and returns what was sent: { kind, method, url, from }.
 * The browser resolves no name, so its own housekeeping reaches nobody and every datagram is the page's.
 */
export async function recorded(t, origin, visit) {
  const log = join(scratch(t), "net.json");
  const flags = [`--log-net-log=${log}`, "--net-log-capture-mode=Everything", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];
  const context = await browse(t, { flags });
  await visit(context);
  // The log is whole once the browser has ended.
  await context.close();
  return sent(JSON.parse(readFileSync(log, "utf8")), new URL(origin));
}

function sent({ constants, events }, origin) {
  const type = Object.fromEntries(Object.entries(constants.logEventTypes).map(([name, number]) => [number, name]));
  return events.flatMap(({ type: number, params }) => {
    switch (type[number]) {
      case "URL_REQUEST_START_JOB":
        // An event has a beginning and an end; only the beginning names a URL.
        return params?.url && ofAPage(params, origin) ? [{ kind: "request", method: params.method, url: params.url, body: "upload_id" in params }] : [];
      case "HOST_RESOLVER_MANAGER_REQUEST":
        return params?.host && params.network_anonymization_key.includes(origin.hostname) && new URL(params.host).host !== origin.host
          ? [{ kind: "name look-up", url: params.host }]
          : [];
      case "UDP_BYTES_SENT":
        return [{ kind: "datagram", url: params.address ?? "a connected address" }];
      default:
        return [];
    }
  });
}

/** Whether a request is a page's rather than the browser's own. */
function ofAPage({ initiator, network_isolation_key: partition, url }, origin) {
  return initiator !== "not an origin" || partition.includes(origin.hostname) || url.startsWith(origin.origin);
}

/** Every URL the page may ask for: itself, and the files of its build. */
export function allowed(dist, origin) {
  const build = readFileSync(join(dist, "index.html"), "utf8").match(/[0-9a-f]{12}(?=\/)/)[0];
  const files = Object.keys(JSON.parse(readFileSync(join(dist, build, "manifest.json"), "utf8")));
  return new Set(["", `${build}/manifest.json`, ...files].map((file) => `${origin}/${file}`));
}

/** What must not have been sent, one sentence each; none for a page that keeps its promise. */
export function leaks(requests, allowedUrls) {
  return requests.flatMap(({ kind, method, url, body }) => {
    if (kind !== "request") return [`${kind} to ${url}`];
    if (method !== "GET" || body) return [`${method} to ${url}`];
    return allowedUrls.has(url.split("#")[0]) ? [] : [`GET of ${url}, which is no file of this build`];
  });
}
