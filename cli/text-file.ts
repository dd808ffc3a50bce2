/** Reading a text file that a person names: small, UTF-8, and a plain file or a pipe. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { reasonOf } from "../stack/failure.ts";
import { fail } from "./failure.ts";

/** Nothing that a person writes for this tool is larger. */
const maxBytes = 1024 * 1024;

/** @param path a file, or `-` for standard input; @param what how messages call it */
export function readText(path: string, what: string): string {
  const shown = path === "-" ? "standard input" : path;
  const bytes = readBytes(path, shown, what);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return fail(shown, `this ${what} is not UTF-8 text`, "save it as UTF-8");
  }
}

/** Reads what there is, at least one byte; a pipe that nobody has written to yet is waited for. */
function readSome(descriptor: number, buffer: Buffer, offset: number): number {
  for (;;) {
    try {
      return readSync(descriptor, buffer, offset, buffer.length - offset, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function readBytes(path: string, shown: string, what: string): Uint8Array {
  let descriptor: number | undefined;
  try {
    descriptor = path === "-" ? 0 : openSync(path, "r");
    if (fstatSync(descriptor).isDirectory()) return fail(shown, `this ${what} is a directory`);
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (;;) {
      const read = readSome(descriptor, buffer, length);
      length += read;
      if (read === 0 || length > maxBytes) break;
    }
    if (length > maxBytes)
      fail(shown, `this ${what} is larger than 1 MiB`, "is it the right file?");
    return buffer.subarray(0, length);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    const fix = error.code === "ENOENT" ? "is it in this folder? paths start from here" : undefined;
    return fail(shown, `the ${what} cannot be read: ${reasonOf(error)}`, fix);
  } finally {
    if (descriptor !== undefined && descriptor !== 0) closeSync(descriptor);
  }
}
