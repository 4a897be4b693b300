"""What every answer tells the browser: whom to trust, what to keep, what to say elsewhere."""

from flask import Response, request, session

from unmentor.runtime import settings

POLICY = "; ".join(
    (
        "default-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    )
)
# Whoever sees these addresses can act for somebody, so no other site, cache or history may.
KEYS = ("/c/", "/calendar/", "/confirm", "/sign-in", "/unsubscribe")
# What every site may read: open data, the same for whoever asks.
OPEN = ("/api/v1", "/data/")
FOR_EVERY_SITE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Expose-Headers": "ETag, Link, RateLimit, RateLimit-Policy, Retry-After",
    "Access-Control-Max-Age": "86400",
}
HOUR = 60 * 60
YEAR = 365 * 24 * HOUR


def protect(response: Response) -> Response:
    """Return *response* with the headers that keep it safe; what a view set itself stays."""
    key = request.path.startswith(KEYS)
    set_once = response.headers.setdefault
    set_once("Content-Security-Policy", POLICY)
    set_once("Referrer-Policy", "no-referrer" if key else "same-origin")
    set_once("X-Content-Type-Options", "nosniff")
    set_once("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
    set_once("Cross-Origin-Opener-Policy", "same-origin")
    if request.path.startswith(OPEN):
        response.headers.update(FOR_EVERY_SITE)
    if settings().base_url.startswith("https://"):
        set_once("Strict-Transport-Security", f"max-age={YEAR}")
    if key:
        response.headers["Cache-Control"] = "private, no-store"
    elif request.endpoint == "static":
        response.headers["Cache-Control"] = f"public, max-age={HOUR}"
    elif session.get("person"):
        response.headers["Cache-Control"] = "private, no-store"
    else:
        set_once("Cache-Control", "private, no-cache")
    return response
