/**
 * A plan as a script that OpenBSD's image agent runs once, and anyone may run again: the second run
 * changes nothing. That agent stops reading at the first byte that is neither printable ASCII nor
 * white space (reyk/cloud-agent, agent/main.c), so everything else is carried in base64.
 */

import { shell } from "../escape.ts";
import type { HostAccount, HostFile, HostPlan, HostStep } from "../plan.ts";
import { render } from "../template.ts";
import { gzipBase64 } from "./gzip.ts";

/** The user that the image's agent makes; it owns the keys that may log in. */
const login = "puffy";

export function renderOpenbsdSh(plan: HostPlan): string {
  const sections = [
    ...packages(plan),
    ...plan.accounts.map(account),
    ...sshKeys(plan),
    ...plan.files.map(writeFile),
    ...plan.steps.map(step),
    explained("everything has followed from the changes", 'rm -f "$pending"'),
  ];
  const uses = (name: string): boolean => sections.some((text) => text.includes(`\n${name} `));
  // Functions that this host has no use for stay out.
  const functions = render("openbsd-functions.sh", shell, {
    host: plan.host,
    decodes: uses("decode"),
    unpacks: uses("unpack"),
    appends: uses("append"),
    authorizes: uses("authorize"),
  });
  const script = `${[functions.trimEnd(), ...sections].join("\n\n")}\n`;
  if (!isAscii(script)) throw new Error(`the script of ${plan.host} is not pure ASCII`);
  return script;
}

const isAscii = (text: string): boolean => /^[\t\n\x20-\x7e]*$/.test(text);

/**
 * A shell word in ASCII: other bytes as octal escapes of printf(1), whose backslashes are its own.
 * A command substitution loses line ends at its end, so those stand behind it.
 */
export function word(text: string): string {
  const quoted = shell(text);
  if (isAscii(quoted)) return quoted;
  const [, body = "", ends = ""] = /^(.*?)(\n*)$/s.exec(text) ?? [];
  // What a reader, or shellcheck, might take for an expansion is escaped as well.
  const escaped = [...Buffer.from(body)].map((byte) => {
    const character = String.fromCharCode(byte);
    const plain = /[\x20-\x7e]/.test(character) && !/['\\$`]/.test(character);
    return plain ? character : `\\0${byte.toString(8).padStart(3, "0")}`;
  });
  return `"$(printf %b '${escaped.join("")}')"${ends === "" ? "" : shell(ends)}`;
}

const words = (list: readonly string[]): string => list.map(word).join(" ");

const explained = (why: string, lines: string): string => `# ${why}\n${lines}`;

function packages({ packages: wanted, packageUpgrade }: HostPlan): string[] {
  const upgrade = explained("packages as the stack file asks: upgraded", "retry pkg_add -Iu");
  const names = wanted.map(({ name }) => name);
  const whys = wanted.map(({ name, why }) => `${name}: ${why}`).join("; ");
  return [
    ...(packageUpgrade ? [upgrade] : []),
    ...(names.length > 0 ? [explained(whys, `retry pkg_add -I ${words(names)}`)] : []),
  ];
}

const account = ({ name, why }: HostAccount): string => explained(why, `account ${word(name)}`);

/** The image's agent writes the keys of the metadata; these are the stack file's. */
function sshKeys({ sshKeys: keys }: HostPlan): string[] {
  if (keys.length === 0) return [];
  const lines = keys.map((key) => `authorize ${login} ${word(key)}`);
  return [explained("keys that may log in", lines.join("\n"))];
}

function writeFile(file: HostFile): string {
  const { path, owner, mode, write, why } = file;
  const [user = "root", group = "wheel"] = owner.split(":");
  // What the other systems call root's group is wheel here.
  const target = words([path, user, group === "root" ? "wheel" : group, mode]);
  return explained(why, `${carry(file)}${write === "append" ? "append" : "place"} ${target}`);
}

/** The content into `$new`, with a shell function that reads it from there. */
function carry({ content, write, compress }: HostFile): string {
  const text = write === "append" && !content.endsWith("\n") ? `${content}\n` : content;
  if (compress) return hereDocument("unpack", lines(gzipBase64(text)));
  if (isAscii(text) && text.endsWith("\n")) return hereDocument('cat >"$new"', text);
  if (text === "") return ': >"$new"\n';
  return hereDocument("decode", lines(Buffer.from(text).toString("base64")));
}

function hereDocument(command: string, text: string): string {
  const present = new Set(text.split("\n"));
  let end = "EOF";
  while (present.has(end)) end += "_";
  return `${command} <<'${end}'\n${text}${end}\n`;
}

/** OpenSSL reads base64 in lines of at most 76 characters. */
const lines = (base64: string): string => base64.replace(/.{1,76}/g, "$&\n");

function step(item: HostStep): string {
  switch (item.kind) {
    case "command": {
      const { argv, why, ifChanged } = item.command;
      if (ifChanged === undefined) return explained(why, words(argv));
      return explained(why, `if changed ${words(ifChanged)}; then\n\t${words(argv)}\nfi`);
    }
    case "shell":
      return explained(item.why, `sh -c ${word(item.line)}`);
    case "service": {
      const { name, action, why, ifChanged } = item.service;
      // Without a list of files nobody can tell whether its configuration is new.
      const anew = action === "reload" && ifChanged === undefined;
      const again = anew ? `\nrcctl restart ${word(name)}` : "";
      const files = action === "reload" ? (ifChanged ?? []) : [];
      return explained(why, `serve ${words([name, ...files])}${again}`);
    }
  }
}
