/** Which instance this host is, and in which zone, as the metadata server says. */
import type { Outcome } from "./cloud.ts";
import { createHttp } from "./http.ts";

export type OwnInstance = { readonly id: string; readonly zone: string };

const server = "http://169.254.169.254";
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `base` is another server, for tests. */
export async function ownInstance(
  nowMs: () => number,
  timeoutMs: number,
  base: string = server,
): Promise<Outcome<OwnInstance>> {
  const http = createHttp({ base, bodyBytesMax: 4096, nowMs });
  const deadlineMs = nowMs() + timeoutMs;
  let why = "does not name this instance";
  /** The value of one key, or the empty text. */
  const read = async (key: string): Promise<string> => {
    const leftMs = deadlineMs - nowMs();
    if (leftMs <= 0) return "";
    const path = `/latest/meta-data/${key}`;
    const result = await http.call({ method: "GET", path, headers: {}, timeoutMs: leftMs });
    if (result.kind !== "answer") why = `does not answer: ${result.message}`;
    return result.kind === "answer" && result.answer.status === 200
      ? result.answer.text.trim()
      : "";
  };
  try {
    // Both names have carried the UUID; an instance of old may answer to the first with another.
    const ids = [await read("instance-id"), await read("vm-id")];
    const id = ids.find((text) => uuid.test(text));
    const zone = await read("availability-zone");
    if (id !== undefined && /^[a-z0-9-]+$/.test(zone))
      return { kind: "done", value: { id: id.toLowerCase(), zone } };
    return { kind: "unreachable", message: `${base} ${why}` };
  } finally {
    http.drop();
  }
}
