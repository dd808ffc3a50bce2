/**
 * The system's own list of certificate authorities. Node carries a list of its own, so a company's
 * authority that an operator added to the system would not count, and a withdrawn one would.
 */
import { readFileSync } from "fs";

/** Debian and Ubuntu; Fedora and Oracle Linux; OpenBSD and Alpine. */
const stores = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/cert.pem",
];

/** The text of the first store that can be read; nothing means that Node's own list is used. */
export function systemTrust(
  env: Readonly<Record<string, string | undefined>>,
  paths: readonly string[] = stores,
): string | undefined {
  const given = env.SSL_CERT_FILE;
  for (const path of given ? [given] : paths) {
    try {
      return readFileSync(path, "utf8");
    } catch {
      // The next one may be there.
    }
  }
  return undefined;
}
