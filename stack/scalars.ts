/**
 * The scalar types of the stack file. Each has one pattern, one message and one description, and
 * each message says what would be right.
 */
import { z } from "zod";
import { parseAddress, parseCidr } from "./ip.ts";

const matching = (pattern: RegExp, wants: string) =>
  z.string({ error: `write ${wants}` }).regex(pattern, { error: `write ${wants}` });

/** Name of a stack, host, network, address or service; a valid host name label (RFC 1123). */
export const name = matching(
  /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
  "a name of lower-case letters, digits and hyphens that begins with a letter, such as lb1",
);

/** A DNS host name of several labels (RFC 1123). */
export const hostName = matching(
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
  "a host name, such as app1.example.com",
);

/** Name of a network interface in the guest; Linux allows 15 characters (IFNAMSIZ). */
export const interfaceName = matching(
  /^[A-Za-z][A-Za-z0-9._-]{0,14}$/,
  "the name of an interface in the guest, such as eth1",
);

export const address = z
  .string({ error: "write an IPv4 or IPv6 address, such as 203.0.113.10" })
  .refine((text) => parseAddress(text) !== undefined, {
    error: "write an IPv4 or IPv6 address, such as 203.0.113.10",
  });

export const cidr = z
  .string({ error: "write a block of addresses, such as 10.0.0.0/24" })
  .refine((text) => parseCidr(text) !== undefined, {
    error: "write a block of addresses whose host bits are zero, such as 10.0.0.0/24",
  });

export const port = z
  .int({ error: "write a port between 1 and 65535" })
  .min(1, { error: "write a port between 1 and 65535" })
  .max(65535, { error: "write a port between 1 and 65535" });

export const isPort = (value: number): boolean => port.safeParse(value).success;

/** A URL with a host behind two slashes, which the URL parser would put there without a word. */
export const url = (protocol: "http" | "https" | "https?", wants: string) =>
  z
    .url({ protocol: new RegExp(`^${protocol}$`), error: wants, abort: true })
    .regex(new RegExp(`^${protocol}://[^/]`), { error: wants });

/** A span of time as a number with its unit, read into milliseconds. */
export const duration = matching(
  /^(\d{1,7}ms|\d{1,7}(\.\d{1,3})?s)$/,
  "a time with its unit, such as 200ms, 1s or 0.5s",
).transform((text) =>
  text.endsWith("ms") ? Number(text.slice(0, -2)) : Math.round(Number(text.slice(0, -1)) * 1000),
);

/** A file mode; quoted, because YAML 1.1 and 1.2 read a bare 0644 as different numbers. */
export const mode = matching(/^0[0-7]{3}$/, 'a quoted file mode, such as "0644"');

export const absolutePath = matching(/^\/[^\0\n]{0,4094}$/, "an absolute path, such as /etc/motd");

/** Text of one line without control characters. */
export const line = matching(/^[^\p{Cc}]+$/u, "text of one line");
