/** Gzip whose bytes depend on the text alone: the same on any machine, at any time. */
import { gzipSync, strToU8 } from "fflate";

/** RFC 1952: MTIME is bytes 4 to 7, zero for "none"; OS is byte 9, 255 for "unknown". */
export function gzip(text: string): Uint8Array {
  const bytes = gzipSync(strToU8(text), { level: 9, mtime: new Date("1980-01-01T00:00:00Z") });
  bytes.set([0, 0, 0, 0], 4);
  bytes[9] = 255;
  return bytes;
}

export const gzipBase64 = (text: string): string => Buffer.from(gzip(text)).toString("base64");
