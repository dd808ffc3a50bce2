/**
 * The seam between the frame and its signature: the codec needs no cryptography of its own, so a
 * simulator can plug in a checksum and the core stays free of Node. `hmac.ts` is the real one.
 */

/** 32 bits that name a key without telling anything about it. */
export type KeyId = number;

export type Keys = {
  /** The key to sign with. All known keys are accepted, which is what makes a rotation smooth. */
  readonly sendWith: KeyId;
  readonly knows: (keyId: KeyId) => boolean;
  /** A signature of `macBytes` bytes. */
  readonly sign: (keyId: KeyId, signed: Uint8Array) => Uint8Array;
  readonly verify: (keyId: KeyId, signed: Uint8Array, mac: Uint8Array) => boolean;
};

/**
 * HMAC-SHA256 cut to its first half, the least that RFC 2104 (section 5) advises. A forger can only
 * try on line, one frame a guess, so 128 bits are beyond reach, and the other 16 bytes are better
 * spent on what the frame has to say.
 */
export const macBytes = 16;
