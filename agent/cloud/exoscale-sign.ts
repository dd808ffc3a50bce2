/**
 * EXO2-HMAC-SHA256, Exoscale's request signature (openapi-v2.exoscale.com, "API request
 * signature"). Host, scheme and headers are not signed; `expires` is, and the cloud refuses the
 * request after it: that makes it a fence against requests that arrive late.
 */
import { createHmac } from "crypto";

export type Unsigned = {
  readonly method: string;
  /** Percent-encoded as sent, with `/v2`, without the query. */
  readonly path: string;
  readonly query?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
  readonly expiresS: number;
};

/** The value of the `Authorization` header. */
export function authorization(key: string, secret: string, request: Unsigned): string {
  const { method, path, query = [], body = "", expiresS } = request;
  // A name that occurs more than once is left out; an empty value counts.
  const signed = query
    .filter(([name]) => query.filter(([other]) => other === name).length === 1)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const values = signed.map(([, value]) => value).join("");
  const message = [`${method} ${path}`, body, values, "", String(expiresS)].join("\n");
  const signature = createHmac("sha256", secret).update(message).digest("base64");
  const names = signed.map(([name]) => name).join(";");
  const args = names === "" ? "" : `,signed-query-args=${names}`;
  return `EXO2-HMAC-SHA256 credential=${key}${args},expires=${expiresS},signature=${signature}`;
}
