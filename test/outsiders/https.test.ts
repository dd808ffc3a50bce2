/**
 * HTTPS by the names of the zones' own servers, shown with the lab's certificate: official clients
 * that trust the lab's authority alone, in namespaces that know no other network than loopback.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { makeAuthority } from "../../lab/world/authority.ts";
import { ids } from "../lab/world.ts";
import { unshared } from "../real/namespace.ts";
import { toolFile, toolPath } from "../real/tools.ts";
import { done, startWatched } from "./cloud.ts";
import { isLeftOut, leftOut } from "./made.ts";
import { type Outsider, outsiders } from "./session.ts";

const relay = fileURLToPath(new URL("../../lab/fabric/relay.ts", import.meta.url));

/** The zone that the certificate is for, and one that it is not for. */
const own = "api-ch-gva-2.exoscale.com";
const other = "api-de-fra-1.exoscale.com";

/** Waits until port 443 is served, then becomes the client. */
const script = `
  set -e
  ready=$(mktemp -u "$1/ready.XXXXXX")
  mkfifo "$ready"
  "$2" "$3" 127.0.0.1 443 "$1/api.sock" >"$ready" &
  read -r _ <"$ready"
  shift 3
  exec "$@"`;

/** A cloud behind a certificate of the lab's, and clients that find it by its name. */
async function startNamed(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "baton-https-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string): string => join(folder, name);
  const authority = await makeAuthority([own]);
  writeFileSync(at("ca.pem"), authority.certificate);
  writeFileSync(at("none.pem"), (await makeAuthority([own])).certificate);
  writeFileSync(at("hosts"), `127.0.0.1 localhost ${own} ${other}\n`);
  const cloud = await startWatched(t, {
    entrances: [{ at: { path: at("api.sock") }, tls: authority.server }],
  });
  const within = (argv: readonly string[]): readonly string[] => {
    const relayed = ["sh", "-c", script, "sh", folder, process.execPath, relay, ...argv];
    const place = { mounts: [[at("hosts"), "/etc/hosts"]], processes: true } as const;
    return [toolFile("unshare"), ...unshared(relayed, place)];
  };
  const client = (outsider: Outsider, trusted: string, endpoint = "") =>
    cloud.client(outsider, {
      endpoint,
      within,
      // Go looks into a folder besides; an empty one says that there is nobody else to trust.
      env: {
        PATH: toolPath,
        REQUESTS_CA_BUNDLE: at(trusted),
        SSL_CERT_FILE: at(trusted),
        SSL_CERT_DIR: at("empty"),
      },
    });
  return { cloud, client };
}

describe("HTTPS by the zone's name", { concurrency: 4, skip: isLeftOut && leftOut }, () => {
  for (const outsider of outsiders) {
    test(`${outsider} trusts the lab's authority and is served`, async (t) => {
      const { cloud, client } = await startNamed(t);
      const ask = await client(outsider, "ca.pem");
      type Zones = { readonly zones: readonly Readonly<Record<string, string>>[] };
      const { zones } = await done<Zones>(ask, { operation: "list-zones" });
      assert.equal(zones[0]?.["api-endpoint"], `https://${own}/v2`);
      await done(ask, {
        operation: "attach-instance-to-elastic-ip",
        path: [ids.address],
        body: { instance: { id: ids.lb2 } },
        wait: true,
      });
      assert.deepEqual(cloud.holders(ids.address), [ids.lb1, ids.lb2]);
    });

    test(`${outsider} trusts no other authority, and no other name`, async (t) => {
      const { cloud, client } = await startNamed(t);
      for (const [trusted, endpoint, why] of [
        ["none.pem", "", /certificate/],
        ["ca.pem", `https://${other}/v2`, /api-de-fra-1/],
      ] as const) {
        const ask = await client(outsider, trusted, endpoint);
        const outcome = await ask({ operation: "list-instances" });
        assert.ok(outcome.kind === "failed", JSON.stringify(outcome));
        assert.match(outcome.text, why);
      }
      assert.equal(cloud.requests.length, 0);
    });
  }
});
