/**
 * The size of user-data against what its cloud takes, and what takes the room. Sources: Exoscale's
 * provider refuses base64 of 32,768 characters or more; OCI allows 32,000 bytes for all metadata,
 * the SSH keys included; Nova's schema allows 65,535 characters of base64, and OVH runs Nova.
 */
import type { Provider } from "../stack/stack.ts";
import type { HostPlan } from "./plan.ts";
import { Refusal } from "./refusal.ts";
import { gzip } from "./render/gzip.ts";

export type Size = {
  /** Bytes of the text. */
  readonly raw: number;
  /** Characters that count against the limit: base64, and on OCI the metadata around it. */
  readonly delivered: number;
  readonly limit: number;
};

const limits: Readonly<Record<Provider, number>> = {
  exoscale: 32_767,
  oci: 32_000,
  openstack: 65_535,
  ovh: 65_535,
};

const base64Length = (bytes: number): number => 4 * Math.ceil(bytes / 3);

export function measure(provider: Provider, plan: HostPlan, text: string): Size {
  const raw = Buffer.byteLength(text);
  const keys = plan.sshKeys.join("\n").length;
  // OCI counts names and values of the metadata; these are its two.
  const around = provider === "oci" ? "user_data".length + "ssh_authorized_keys".length + keys : 0;
  return { raw, delivered: base64Length(raw) + around, limit: limits[provider] };
}

/** The room that each file takes in the user-data, the largest first. */
export const roomOf = ({ files }: HostPlan): { path: string; bytes: number; why: string }[] =>
  files
    .map(({ path, content, compress, why }) => ({
      path,
      bytes: compress ? base64Length(gzip(content).length) : Buffer.byteLength(content),
      why,
    }))
    .sort((a, b) => b.bytes - a.bytes);

/** @throws Refusal where the cloud would not take it, saying what takes the room */
export function refuseOversize(plan: HostPlan, { delivered, limit }: Size): void {
  if (delivered <= limit) return;
  const largest = roomOf(plan)
    .slice(0, 3)
    .map(({ path, bytes }) => `${path} ${bytes} bytes`)
    .join(", ");
  throw new Refusal(
    `user-data of ${plan.host} is ${delivered} characters as delivered; the cloud takes ${limit}. ` +
      `What takes the room: ${largest || "the cloud-config itself"}`,
    [],
    "deliver the agent by url, or make the extra files smaller",
  );
}
