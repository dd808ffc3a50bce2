/**
 * Every generated secret derives from the one stack secret, by HKDF-SHA256 (RFC 5869) under a named
 * label, so the same stack gives the same bytes and no secret needs a store of its own.
 */
import { hkdfSync } from "node:crypto";

export type Label = "heartbeat-key" | "vrrp-auth-pass" | "carp-password";

/** Shorter than this a stack secret could be guessed. */
export const minimumSecretLength = 32;

function derive(stackSecret: string, stack: string, label: Label, bytes: number): Buffer {
  const info = `baton/1/${stack}/${label}`;
  return Buffer.from(hkdfSync("sha256", stackSecret, "baton", info, bytes));
}

/** 32 bytes in base64, the key of the authenticated heartbeat. */
export const heartbeatKey = (stackSecret: string, stack: string): string =>
  derive(stackSecret, stack, "heartbeat-key", 32).toString("base64");

/** Eight characters, all that keepalived uses of an auth_pass (RFC 2338 has 8 bytes). */
export const vrrpAuthPass = (stackSecret: string, stack: string): string =>
  derive(stackSecret, stack, "vrrp-auth-pass", 6).toString("base64url");

/** 24 characters of [A-Za-z0-9_-], which hostname.if(5) takes as they are. */
export const carpPassword = (stackSecret: string, stack: string): string =>
  derive(stackSecret, stack, "carp-password", 18).toString("base64url");
