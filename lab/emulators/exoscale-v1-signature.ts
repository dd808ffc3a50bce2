/** The server's side of the older API's signatures: HMAC-SHA1 over the sorted, lower-case query. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Credential } from "../model/exoscale/request.ts";

const bad = (why: string): Credential => ({ kind: "bad", why });

/** As Go's `url.QueryEscape` writes a value, but a blank as `%20`. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );

export function v1Credential(
  fields: URLSearchParams,
  secretOf: (key: string) => string | undefined,
): Credential {
  const key = fields.get("apikey");
  const signature = fields.get("signature");
  if (key === null || signature === null) return { kind: "none" };
  const secret = secretOf(key);
  if (secret === undefined) return bad("Invalid API key");
  if (fields.get("signatureversion") !== "3") return bad("Unknown version of the signature");
  // 2006-01-02T15:04:05-0700: what JavaScript reads has a colon in the offset.
  const expires = fields.get("expires")?.replace(/([+-]\d\d)(\d\d)$/, "$1:$2") ?? "";
  const expiresMs = Date.parse(expires);
  if (Number.isNaN(expiresMs)) return bad("Invalid request signature: no expiry");
  const message = [...fields]
    .filter(([name]) => name !== "signature")
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .sort()
    .join("&")
    .toLowerCase();
  const wanted = createHmac("sha1", secret).update(message).digest();
  const given = Buffer.from(signature, "base64");
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    return bad("Invalid request signature");
  return { kind: "signed", key, expiresS: expiresMs / 1000 };
}
