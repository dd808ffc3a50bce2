/** The head of an advertisement of VRRP (RFC 3768, section 5.1), and nothing of its addresses. */

/** Version 2, type 1. */
const advertisement = 0x21;
const routerId = 51;

export const encodeVrrp = (priority: number): Uint8Array =>
  Uint8Array.of(advertisement, routerId, priority);

/** Its priority; undefined where it is none. */
export const decodeVrrp = ([type, id, priority]: Uint8Array): number | undefined =>
  type === advertisement && id === routerId ? priority : undefined;
