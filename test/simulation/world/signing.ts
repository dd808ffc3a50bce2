/**
 * Keys of the stack behind the wire's signing port. A checksum stands in for HMAC-SHA256 in most
 * runs: it costs a tenth, and a forger of the simulator does not calculate.
 */
import { hmacKeys } from "../../../agent/wire/hmac.ts";
import { type KeyId, type Keys, macBytes } from "../../../agent/wire/keys.ts";

/** Keys by their small numbers, the one to send with first. */
export type KeyRing = readonly number[];

export function keysOf(ring: KeyRing, real: boolean): Keys {
  const name = `${real} ${ring.join()}`;
  const known = made.get(name);
  if (known !== undefined) return known;
  const keys = real ? hmacKeys(ring.map((key) => new Uint8Array(32).fill(key))) : checksums(ring);
  made.set(name, keys);
  return keys;
}

/** Keys have no state, so all runs of a process share them. */
const made = new Map<string, Keys>();

function checksums(ring: KeyRing): Keys {
  const sign = (keyId: KeyId, signed: Uint8Array): Uint8Array => {
    const mac = new Uint8Array(macBytes);
    const sum = checksum(keyId, signed);
    mac[0] = sum;
    mac[1] = sum >>> 8;
    mac[2] = sum >>> 16;
    mac[3] = sum >>> 24;
    return mac;
  };
  return {
    sendWith: ring[0] ?? 0,
    knows: (keyId) => ring.includes(keyId),
    sign,
    verify: (keyId, signed, mac) => {
      const sum = checksum(keyId, signed);
      const said = (mac[0] ?? 0) | ((mac[1] ?? 0) << 8) | ((mac[2] ?? 0) << 16);
      // All of it counts: a flipped bit in what is zero is a forgery too.
      return (
        (said | ((mac[3] ?? 0) << 24)) >>> 0 === sum &&
        mac.every((byte, at) => at < 4 || byte === 0)
      );
    },
  };
}

/** FNV-1a, begun with the key. */
function checksum(key: number, bytes: Uint8Array): number {
  let hash = Math.imul(key + 1, 0x811c9dc5);
  for (let at = 0; at < bytes.length; at += 1)
    hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return hash >>> 0;
}
