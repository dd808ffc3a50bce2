/** How the provider treats user-data on its way to the API and back. */
import { gunzipSync } from "node:zlib";

/** Characters of base64 that the API takes. */
const limit = 32_768;

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** What is valid base64 already goes through as it is, and unchecked. */
const isEncoded = (text: string): boolean => base64.test(text.replace(/[\r\n]/g, ""));

/** What is wrong with user-data, in the provider's own words. */
export function userDataProblem(text: string): string | undefined {
  if (text.startsWith("\u001f\u008b"))
    return "user_data appears to be gzipped: it should be left raw, or also be base64 encoded";
  if (isEncoded(text)) return undefined;
  return Buffer.from(text).toString("base64").length >= limit
    ? `user-data maximum allowed length is ${limit} bytes`
    : undefined;
}

/** @throws Error where the user-data cannot be sent */
export function encodeUserData(text: string): string {
  const problem = userDataProblem(text);
  if (problem !== undefined) throw new Error(problem);
  return isEncoded(text) ? text : Buffer.from(text).toString("base64");
}

/** Back to text, out of gzip too: what was given encoded reads back otherwise for ever. */
export function decodeUserData(encoded: string): string {
  const bytes = Buffer.from(encoded, "base64");
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (isGzip ? gunzipSync(bytes) : bytes).toString("utf8");
}
