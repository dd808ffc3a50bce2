/** The signature of authenticated frames, HMAC-SHA256: the wire's only file that needs Node. */
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "crypto";
import { type KeyId, type Keys, macBytes } from "./keys.ts";

/** Shorter than the hash's output a key would be the weakest part (RFC 2104, section 3). */
const minimumKeyBytes = 32;

/** The bytes of a key in base64, or undefined where it is none or too short. */
export function keyFromBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  // Node skips what is not base64, so only a text that comes out again was one.
  return bytes.length >= minimumKeyBytes && bytes.toString("base64") === text ? bytes : undefined;
}

/**
 * @param secrets the key to send with first; all are accepted. A rotation goes `[old, new]` on
 *   every node, then `[new, old]`, then `[new]`. Throws where there is none.
 */
export function hmacKeys(secrets: readonly Uint8Array[]): Keys {
  // A KeyObject shows nothing of itself when something that holds it is logged.
  const objects = secrets.map((secret) => createSecretKey(Buffer.from(secret)));
  const keys = new Map(objects.map((key) => [keyIdOf(key), key]));
  const [sendWith] = keys.keys();
  if (sendWith === undefined) throw new Error("no heartbeat key was given");
  const sign = (keyId: KeyId, signed: Uint8Array): Uint8Array => {
    const key = keys.get(keyId);
    if (key === undefined) throw new Error("asked to sign with a key that is not there");
    return hmac(key, signed).subarray(0, macBytes);
  };
  return {
    sendWith,
    knows: (keyId) => keys.has(keyId),
    sign,
    verify: (keyId, signed, mac) =>
      keys.has(keyId) && mac.length === macBytes && timingSafeEqual(sign(keyId, signed), mac),
  };
}

/** No frame begins with this text, so the id is no signature of anything. */
const keyIdOf = (key: KeyObject): KeyId => hmac(key, "baton heartbeat key id").readUInt32BE(0);

const hmac = (key: KeyObject, text: string | Uint8Array): Buffer =>
  createHmac("sha256", key).update(text).digest();
