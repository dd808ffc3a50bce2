/**
 * The server's side of EXO2-HMAC-SHA256. It is written apart from the agent's signer, from the
 * API's description of signatures, so that one cannot be wrong together with the other.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Credential } from "../model/exoscale/request.ts";

export type SignedRequest = {
  readonly method: string;
  /** As on the request line: percent-encoded path and query. */
  readonly target: string;
  readonly body: string;
  readonly authorization: string | undefined;
};

const scheme = "EXO2-HMAC-SHA256 ";

const bad = (why: string): Credential => ({ kind: "bad", why });

/** Checks the signature alone; whether the key counts and the moment has passed is the model's. */
export function credentialOf(
  request: SignedRequest,
  secretOf: (key: string) => string | undefined,
): Credential {
  const header = request.authorization;
  if (header === undefined) return { kind: "none" };
  if (!header.startsWith(scheme)) return bad("Unknown kind of request signature");
  const fields = new Map(header.slice(scheme.length).split(",").map(field));
  const key = fields.get("credential") ?? "";
  const expires = fields.get("expires") ?? "";
  const secret = secretOf(key);
  if (secret === undefined) return bad("Invalid API key");
  if (!/^\d+$/.test(expires)) return bad("Invalid request signature: no expiry");
  const signed = (fields.get("signed-query-args") ?? "").split(";").filter((name) => name !== "");
  const url = new URL(request.target, "http://localhost");
  const unsigned = [...new Set(url.searchParams.keys())].filter(
    (name) => url.searchParams.getAll(name).length === 1 && !signed.includes(name),
  );
  if (unsigned.length > 0) return bad(`Invalid request signature: ${unsigned.join(", ")} unsigned`);
  const message = [
    `${request.method} ${request.target.split("?")[0]}`,
    request.body,
    signed.map((name) => url.searchParams.get(name) ?? "").join(""),
    "",
    expires,
  ].join("\n");
  const wanted = createHmac("sha256", secret).update(message).digest();
  const given = Buffer.from(fields.get("signature") ?? "", "base64");
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    return bad("Invalid request signature");
  return { kind: "signed", key, expiresS: Number(expires) };
}

/** A base64 value may hold `=` itself, so only the first one parts name and value. */
function field(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  return [text.slice(0, at), text.slice(at + 1)];
}
