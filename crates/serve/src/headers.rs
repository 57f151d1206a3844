//! The response headers the page is served with. The one place they stand: hosts get theirs from here too.

/// Headers of every response.
pub const ALWAYS: &[(&str, &str)] = &[
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; worker-src 'self'; \
         manifest-src 'self'; img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"),
];

/// How long files of a build are kept: they never change under their name.
pub const CACHE_BUILD: &str = "public, max-age=31536000, immutable";

/// And the others, which are asked for again each time.
pub const CACHE_ROOT: &str = "no-cache";

/// Media type by suffix; everything else is `application/octet-stream`.
pub const MEDIA_TYPES: &[(&str, &str)] = &[
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("json", "application/json"),
    ("webmanifest", "application/manifest+json"),
    ("svg", "image/svg+xml"),
    ("wasm", "application/wasm"),
    ("md", "text/plain; charset=utf-8"),
    ("zip", "application/zip"),
];

/// The policy as far as a page can state it itself, for hosts that set no headers.
pub fn policy_of_the_page() -> String {
    let (_, policy) = ALWAYS[0];
    policy.replace("; frame-ancestors 'none'", "")
}

/// By path inside `dist/`.
pub fn cache_control(path: &str) -> &'static str {
    let is_of_build = path.split('/').any(|part| part.len() == 12 && part.bytes().all(|b| b.is_ascii_hexdigit()));
    if is_of_build { CACHE_BUILD } else { CACHE_ROOT }
}

/// By suffix.
pub fn content_type(path: &str) -> &'static str {
    let suffix = path.rsplit('.').next().unwrap_or_default();
    MEDIA_TYPES.iter().find(|(end, _)| *end == suffix).map_or("application/octet-stream", |(_, media_type)| media_type)
}
