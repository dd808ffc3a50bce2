/** Who may ask the page's server, and what a browser may do with its answers. */
import type { IncomingMessage } from "node:http";

/** Scripts and styles of its own alone; nobody frames it, and it asks nobody else. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export const headers = {
  "content-security-policy": policy,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
} as const;

const local = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/;

/**
 * Whether a browser came here by a name of this machine. Another name that leads here is somebody
 * who turns their own name to 127.0.0.1 (DNS rebinding). The port may be a tunnel's.
 */
export const isLocal = ({ headers: { host } }: IncomingMessage): boolean =>
  host !== undefined && local.test(host);

/** Whether it was this page that asked; what is no browser says where it stands in neither. */
export const isOwnOrigin = ({ headers: given }: IncomingMessage): boolean =>
  given.origin === `http://${given.host}` &&
  (given["sec-fetch-site"] === undefined || given["sec-fetch-site"] === "same-origin");
