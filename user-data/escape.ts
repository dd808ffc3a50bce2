/**
 * One function for each format of file: it gives the text that the format's own reader reads back
 * as the value, or throws a Refusal where the format has no way to write it. Templates put nothing
 * into a file but what one of these has returned.
 */
import { Refusal } from "./refusal.ts";

/** @returns the value as the format writes it */
export type Escape = (value: string) => string;

const refuse = (value: string, format: string, what: string): never => {
  const shown = JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  throw new Refusal(`${format} cannot carry ${what}: ${shown}`);
};

/** Characters that mean nothing special to any of the formats. */
const bare = /^[A-Za-z0-9_./:@%+=,-]+$/;

/** Controls that no line of a configuration file can hold, and halves of a character. */
const control = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

/** POSIX shell: every character but NUL stands inside single quotes (XCU 2.2.2). */
export const shell: Escape = (value) => {
  if (/[\0\p{Cs}]/u.test(value)) return refuse(value, "a shell word", "NUL or half a character");
  return bare.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
};

/** HAProxy, "Quoting and escaping": strong quotes keep all but themselves; a line is a line. */
export const haproxy: Escape = (value) => {
  if (control.test(value)) return refuse(value, "haproxy.cfg", "a control character");
  return bare.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
};

/** nginx: a quoted word; `$` begins a variable in every quote, and nothing escapes it. */
export const nginx: Escape = (value) => {
  if (control.test(value)) return refuse(value, "nginx.conf", "a control character");
  if (value.includes("$")) return refuse(value, "nginx.conf", "a dollar sign");
  // Brackets are plain to nginx; they stand around an IPv6 address in front of its port.
  if (/^[A-Za-z0-9_./:@%+=,[\]-]+$/.test(value)) return value;
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
};

/** systemd.unit(5) and systemd.service(5): specifiers doubled, a word in double quotes. */
export const systemd: Escape = (value) => {
  // systemd drops a whole setting that holds one of these (its unichar_is_valid).
  if (/[\0\p{Noncharacter_Code_Point}]/u.test(value)) {
    return refuse(value, "a systemd unit", "NUL or what Unicode calls no character");
  }
  const inner = value
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n")
    .replaceAll("%", "%%")
    .replaceAll("$", "$$$$");
  if (control.test(inner)) return refuse(value, "a systemd unit", "a control character");
  return /^[A-Za-z0-9_./:@+=,-]+$/.test(value) ? value : `"${inner}"`;
};

/**
 * interfaces(5): an option's value is the rest of the line, without quotes. A backslash at its end
 * would join the next line, and blanks around it would be lost.
 */
export const ifupdown: Escape = (value) => {
  if (value === "" || control.test(value))
    return refuse(value, "interfaces(5)", "an empty or broken line");
  if (value !== value.trim()) return refuse(value, "interfaces(5)", "blanks around a value");
  if (value.endsWith("\\")) return refuse(value, "interfaces(5)", "a backslash at the end");
  return value;
};

/**
 * Formats whose quoting differs between versions, or is not specified: only characters that mean
 * nothing special to them pass.
 */
const only =
  (format: string, allowed: RegExp): Escape =>
  (value) =>
    allowed.test(value) ? value : refuse(value, format, "this text");

/** keepalived.conf(5): `#` and `!` begin comments, `$`, `@`, `~`, braces and quotes are syntax. */
export const keepalived = only("keepalived.conf", /^[A-Za-z0-9_./:+=,%^&*?<>|;[\]()-]+$/);

/** ifstated.conf(5): macros are not expanded in quotes, and the text inside goes to a shell. */
export const ifstated = only("ifstated.conf", bare);

/** pf.conf(5) and hostname.if(5): names, numbers and addresses. */
export const pf = only("pf.conf", /^[A-Za-z0-9_./:-]+$/);
export const hostnameIf = only("hostname.if", /^[A-Za-z0-9_./:-]+$/);

/** nft(8) and NetworkManager's keyfile: names, numbers and addresses. */
export const nft = only("an nftables file", /^[A-Za-z0-9_./:-]+$/);
export const keyfile = only("a NetworkManager keyfile", /^[A-Za-z0-9_./:-]+$/);

/** HTML text and attribute values (HTML Living Standard, section 13.1.4). */
export const html: Escape = (value) =>
  value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
