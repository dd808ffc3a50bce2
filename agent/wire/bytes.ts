/** Writing and reading of numbers in network order and of short ASCII texts, without a Buffer. */

export type Writer = {
  /** A number beyond what the bytes can hold is written as the nearest that they can. */
  readonly uint: (bytes: 1 | 2 | 4, value: number) => void;
  readonly raw: (bytes: Uint8Array) => void;
  /** One byte of length, then the characters; the caller has checked that they are ASCII. */
  readonly text: (text: string) => void;
  readonly hex: (text: string) => void;
  /** What was written so far, as a view. */
  readonly written: () => Uint8Array;
};

/** By the number of bytes. */
const largest = { 1: 0xff, 2: 0xffff, 4: 0xffffffff } as const;

/** Writes into a frame of at most `size` bytes; beyond it the engine throws a RangeError. */
export function writer(size: number): Writer {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const uint: Writer["uint"] = (length, value) => {
    const fitting = Math.max(0, Math.min(largest[length], value));
    if (length === 1) view.setUint8(at, fitting);
    else if (length === 2) view.setUint16(at, fitting);
    else view.setUint32(at, fitting);
    at += length;
  };
  const raw = (more: Uint8Array) => {
    bytes.set(more, at);
    at += more.length;
  };
  return {
    uint,
    raw,
    text: (text) => {
      uint(1, text.length);
      for (let index = 0; index < text.length; index++) uint(1, text.charCodeAt(index));
    },
    hex: (text) => raw(fromHex(text)),
    written: () => bytes.subarray(0, at),
  };
}

export type Reader = {
  readonly uint: (bytes: 1 | 2 | 4) => number;
  readonly raw: (length: number) => Uint8Array;
  readonly text: () => string;
  readonly hex: (length: number) => string;
  /** Whether all that was asked for was there; what was not was read as zeros. */
  readonly complete: () => boolean;
};

/** Reads past the end give zeros, so that a decoder asks once, at the end, whether it was whole. */
export function reader(bytes: Uint8Array): Reader {
  let at = 0;
  let missing = false;
  const raw = (length: number): Uint8Array => {
    missing = missing || at + length > bytes.length;
    if (missing) return new Uint8Array(length);
    at += length;
    return bytes.subarray(at - length, at);
  };
  const uint = (length: number): number => {
    let sum = 0;
    for (let end = at + length; at < end; at++) sum = sum * 256 + (bytes[at] ?? 0);
    missing = missing || at > bytes.length;
    return sum;
  };
  return {
    uint,
    raw,
    text: () => String.fromCharCode(...raw(uint(1))),
    hex: (length) => toHex(raw(length)),
    complete: () => !missing,
  };
}

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at++) text += hexOf[bytes[at] ?? 0];
  return text;
}

/** The added bit keeps a leading zero. */
const hexOf = Array.from({ length: 256 }, (_, byte) => (byte + 256).toString(16).slice(1));

/** The caller gives pairs of hex digits. Written for speed: each frame has a boot id a peer. */
export function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length >> 1);
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = (digit(text.charCodeAt(2 * at)) << 4) | digit(text.charCodeAt(2 * at + 1));
  }
  return bytes;
}

/** The value of a hex digit by its character code, of either case. */
const digit = (code: number): number => (code & 15) + (code > 57 ? 9 : 0);
