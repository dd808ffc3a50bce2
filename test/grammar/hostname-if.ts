/**
 * A grammar check of hostname.if(5), since OpenBSD's netstart does not run on Linux: each line is
 * read by its place, as etc/netstart reads it (1.180), and given to ifconfig(8). A stand-in for
 * both: it knows the forms and options that a CARP node needs, and refuses every other.
 */
import { isIP } from "node:net";
import { GrammarError } from "./grammar-error.ts";

export type Line =
  | {
      readonly kind: "inet" | "inet6";
      readonly alias: boolean;
      readonly address: string;
      readonly mask: string | undefined;
      readonly broadcast: string | undefined;
      readonly options: Readonly<Record<string, string>>;
    }
  | { readonly kind: "autoconf"; readonly family: "inet" | "inet6" }
  | { readonly kind: "up" | "down" }
  | { readonly kind: "command"; readonly command: string };

/** Reads the file of one interface; the name says whether it is a carp(4) interface. */
export function parseHostnameIf(interfaceName: string, text: string): Line[] {
  if (!/^[a-z]+\d+$/.test(interfaceName)) {
    throw new GrammarError(0, `netstart ignores hostname.${interfaceName}`);
  }
  if (text !== "" && !text.endsWith("\n")) {
    throw new GrammarError(text.split("\n").length, "read does not see a line without its end");
  }
  const parsed = text.split("\n").flatMap((line, index) => parseLine(line.trim(), index + 1));
  if (interfaceName.startsWith("carp")) checkCarp(parsed);
  return parsed;
}

function parseLine(line: string, number: number): Line[] {
  if (line === "" || line.startsWith("#")) return [];
  if (line.startsWith("!")) return [{ kind: "command", command: line.slice(1) }];
  if (line.includes("#")) throw new GrammarError(number, "a comment stands on a line of its own");
  const words = line.split(/\s+/);
  const [first = "", second] = words;
  if (first === "up" || first === "down") {
    if (words.length > 1) throw new GrammarError(number, `${first} stands alone`);
    return [{ kind: first }];
  }
  if (first !== "inet" && first !== "inet6") {
    throw new GrammarError(number, `${first} is not known here`);
  }
  if (second === "autoconf") return [{ kind: "autoconf", family: first }];
  return [addressLine(first, words.slice(1), number)];
}

function addressLine(kind: "inet" | "inet6", words: readonly string[], number: number): Line {
  const alias = words[0] === "alias";
  const [address = "", mask, ...rest] = alias ? words.slice(1) : words;
  const refuse = (message: string): never => {
    throw new GrammarError(number, message);
  };
  if (isIP(address) !== (kind === "inet" ? 4 : 6)) refuse(`${address} is no address of ${kind}`);
  if (kind === "inet6") {
    if (mask !== undefined && !(Number(mask) >= 0 && Number(mask) <= 128)) {
      refuse(`${mask} is not a prefix length`);
    }
    return { kind, alias, address, mask, broadcast: undefined, options: optionsOf(rest, number) };
  }
  if (mask !== undefined && !isNetmask(mask)) refuse(`${mask} is not a netmask`);
  const [broadcast, ...options] = rest;
  // The third word is the broadcast address whatever it says, so options cannot come sooner.
  if (broadcast !== undefined && broadcast !== "NONE" && isIP(broadcast) !== 4) {
    refuse(`${broadcast} stands in the place of the broadcast address`);
  }
  return { kind, alias, address, mask, broadcast, options: optionsOf(options, number) };
}

function isNetmask(text: string): boolean {
  if (isIP(text) !== 4) return false;
  const bits = text.split(".").map((octet) => Number(octet).toString(2).padStart(8, "0"));
  return /^1*0*$/.test(bits.join(""));
}

const between = (low: number, high: number) => (value: string) =>
  /^\d+$/.test(value) && Number(value) >= low && Number(value) <= high;

/** Options of ifconfig(8) with what each takes. */
const options: Readonly<Record<string, (value: string) => boolean>> = {
  vhid: between(1, 255),
  advbase: between(0, 254),
  advskew: between(0, 254),
  carpdev: (value) => /^[a-z]+\d+$/.test(value),
  pass: (value) => value !== "",
  carppeer: (value) => isIP(value) === 4,
  state: (value) => ["init", "backup", "master"].includes(value),
  mtu: between(68, 65535),
};

function optionsOf(words: readonly string[], number: number): Record<string, string> {
  const given: Record<string, string> = {};
  for (let index = 0; index < words.length; index += 2) {
    const [name = "", value] = words.slice(index);
    const fits = Object.hasOwn(options, name) ? options[name] : undefined;
    if (fits === undefined) throw new GrammarError(number, `option ${name} is not known`);
    if (value === undefined || !fits(value)) {
      throw new GrammarError(number, `${name} cannot be ${value ?? "empty"}`);
    }
    given[name] = value;
  }
  return given;
}

/** carp(4): without vhid and carpdev the interface never leaves the state init. */
function checkCarp(lines: readonly Line[]): void {
  const given = new Set(
    lines.flatMap((line) => ("options" in line ? Object.keys(line.options) : [])),
  );
  for (const name of ["vhid", "carpdev"]) {
    if (!given.has(name)) throw new GrammarError(0, `a carp interface needs ${name}`);
  }
}
