/** The lab's own certificate authority: what its hosts trust, and what its servers show. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "../command.ts";
import type { Certificate } from "../emulators/exoscale.ts";

export type Authority = {
  /** Its certificate, in PEM. */
  readonly certificate: string;
  /** For servers of these names. */
  readonly server: Certificate;
};

/** Long enough for a lab that stays up, and of no use to anybody later. */
const days = "30";

const fix = "the lab's servers show certificates that `openssl` makes; is it installed?";

/**
 * Makes an authority and one certificate of it; the authority's own key is forgotten at once.
 * @param names of its servers, or their addresses
 */
export async function makeAuthority(names: readonly string[]): Promise<Authority> {
  // Only its owner can look into such a folder.
  const folder = mkdtempSync(join(tmpdir(), "baton-authority-"));
  const at = (file: string): string => join(folder, file);
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  try {
    await must(
      [
        ...["openssl", "req", "-x509", ...newKey, "-keyout", at("ca.key"), "-out", at("ca.pem")],
        ...["-days", days, "-subj", "/CN=baton lab", "-addext", "keyUsage=critical,keyCertSign"],
      ],
      {},
      fix,
    );
    const asked = ["-keyout", at("server.key"), "-out", at("server.csr"), "-subj", "/CN=baton lab"];
    await must(["openssl", "req", ...newKey, ...asked], {}, fix);
    const alternatives = names.map((name) => `${isIP(name) ? "IP" : "DNS"}:${name}`).join(",");
    writeFileSync(
      at("extensions"),
      `subjectAltName=${alternatives}\nextendedKeyUsage=serverAuth\n`,
    );
    await must(
      [
        ...["openssl", "x509", "-req", "-in", at("server.csr"), "-days", days],
        ...["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial"],
        ...["-extfile", at("extensions"), "-out", at("server.pem")],
      ],
      {},
      fix,
    );
    const read = (file: string): string => readFileSync(at(file), "utf8");
    return {
      certificate: read("ca.pem"),
      server: { key: read("server.key"), cert: read("server.pem") },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
