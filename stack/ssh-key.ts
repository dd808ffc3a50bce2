/** SSH public keys, as the files of `ssh-keygen` hold them: type, base64, comment. */

/** How many bytes a field has; `any` where they vary. */
type Field = number | "any";

/**
 * What sshd lets in, and the fields that lie behind the type's own name in the bytes of a key:
 * RFC 8709 section 4 (ed25519), RFC 4253 section 6.6 (rsa: exponent, modulus), RFC 5656 section 3.1
 * (ecdsa: curve, point), and OpenSSH's PROTOCOL.u2f (sk: the application at the end).
 */
const kinds: Readonly<Record<string, readonly Field[]>> = {
  "ssh-ed25519": [32],
  "ssh-rsa": ["any", "any"],
  "ecdsa-sha2-nistp256": ["nistp256".length, 65],
  "ecdsa-sha2-nistp384": ["nistp384".length, 97],
  "ecdsa-sha2-nistp521": ["nistp521".length, 133],
  "sk-ssh-ed25519@openssh.com": [32, "any"],
  "sk-ecdsa-sha2-nistp256@openssh.com": ["nistp256".length, 65, "any"],
};

/** What a line with a public key looks like from outside. */
export const publicKeyLine = new RegExp(
  `^(${Object.keys(kinds).join("|").replaceAll(".", "\\.")}) +[A-Za-z0-9+/]+={0,2}( [^\\p{Cc}]*)?$`,
  "u",
);

/** Whether a text has a private key in it: the frame of one, or how OpenSSH's bytes begin. */
export const holdsPrivateKey = (text: string): boolean =>
  /PRIVATE KEY-----|b3BlbnNzaC1rZXktdjE/.test(text);

/** What is wrong with a public key and what to do, in words that repeat nothing of it. */
export function faultOfKey(text: string): string | undefined {
  if (holdsPrivateKey(text))
    return "this is a private key, which nobody else may see: write the line of its .pub file";
  if (!publicKeyLine.test(text)) return "write a public key: ssh-ed25519 AAAA…";
  const [type = "", base64 = ""] = text.split(/ +/);
  const bytes = Buffer.from(base64, "base64");
  if (bytes.toString("base64") !== base64) return damaged("its base64 does not end as it must");
  const [name, ...fields] = stringsIn(bytes) ?? [];
  if (name === undefined) return damaged("it is cut short or has too much");
  if (name.toString("latin1") !== type) return damaged(`its bytes are not of ${type}`);
  const lengths = kinds[type] ?? [];
  const whole =
    fields.length === lengths.length &&
    lengths.every((length, at) => length === "any" || fields[at]?.length === length);
  return whole ? undefined : damaged("it is cut short or has too much");
}

const damaged = (how: string): string =>
  `this public key is damaged, ${how}: write the line of its .pub file, whole`;

/** The strings of RFC 4251 section 5, each behind its length, where nothing is left over. */
function stringsIn(bytes: Buffer): readonly Buffer[] | undefined {
  const strings: Buffer[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const end = at + 4 + bytes.readUInt32BE(at);
    strings.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return at === bytes.length ? strings : undefined;
}
