/** Where the agent is: metadata, endpoint, and the system's list of authorities. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { apiEndpoint } from "../../../agent/cloud/exoscale-endpoint.ts";
import { ownInstance } from "../../../agent/cloud/exoscale-metadata.ts";
import { systemTrust } from "../../../agent/cloud/trust.ts";

const id = "66666666-7777-4888-9999-aaaaaaaaaaaa";
const nowMs = (): number => performance.now();

/** A metadata server with these values; a value of null hangs. */
async function metadata(t: TestContext, values: Readonly<Record<string, string | null>>) {
  const server = createServer((request, response) => {
    const value = values[request.url?.replace("/latest/meta-data/", "") ?? ""];
    if (value === null) return;
    response.statusCode = value === undefined ? 404 : 200;
    response.end(value ?? "<html>not found</html>");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("the metadata server names the instance and its zone", async (t) => {
  const base = await metadata(t, { "instance-id": `${id}\n`, "availability-zone": "ch-gva-2" });
  const own = await ownInstance(nowMs, 4000, base);
  assert.deepEqual(own, { kind: "done", value: { id, zone: "ch-gva-2" } });
});

test("an instance whose id is no UUID is known by its vm-id", async (t) => {
  const values = { "instance-id": "i-1", "vm-id": id, "availability-zone": "ch-gva-2" };
  const own = await ownInstance(nowMs, 4000, await metadata(t, values));
  assert.equal(own.kind === "done" && own.value.id, id);
});

test("a metadata server that hangs or knows nothing is unreachable, in time", async (t) => {
  for (const values of [{}, { "instance-id": null }, { "instance-id": id }]) {
    const beganMs = nowMs();
    const own = await ownInstance(nowMs, 200, await metadata(t, values));
    assert.equal(own.kind, "unreachable");
    assert.ok(nowMs() - beganMs < 2000);
  }
});

test("what went wrong with the metadata server is told", async (t) => {
  const messageOf = async (base: string) => {
    const own = await ownInstance(nowMs, 200, base);
    return own.kind === "unreachable" && own.message;
  };
  const nobody = "http://127.0.0.1:1";
  assert.equal(await messageOf(nobody), `${nobody} does not answer: ECONNREFUSED`);
  const empty = await metadata(t, {});
  assert.equal(await messageOf(empty), `${empty} does not name this instance`);
});

test("the endpoint is the zone's, another when given, and never the retired one", () => {
  const ofZone = "https://api-de-fra-1.exoscale.com/v2";
  assert.deepEqual(apiEndpoint("de-fra-1", undefined), { endpoint: ofZone });
  assert.deepEqual(apiEndpoint("de-fra-1", ""), { endpoint: ofZone });
  const given = "http://127.0.0.1:8080/v2/";
  assert.deepEqual(apiEndpoint("de-fra-1", given), { endpoint: "http://127.0.0.1:8080/v2" });
  const bare = "https://api-ch-gva-2.exoscale.com";
  assert.deepEqual(apiEndpoint("de-fra-1", bare), { endpoint: `${bare}/v2` });
  for (const old of [
    "https://api.exoscale.ch/compute",
    "https://api.exoscale.ch/compute/",
    "https://api.exoscale.com/v1",
    "https://api.exoscale.com/v1/",
    "https://api.exoscale.com/v1/compute",
    "https://api.exoscale.com",
    "https://me:secret@proxy.example.com/v1?key=secret",
  ]) {
    const { endpoint, warning = "" } = apiEndpoint("de-fra-1", old);
    assert.equal(endpoint, ofZone, old);
    assert.match(warning, /belongs to the retired v1 API; using/);
    assert.doesNotMatch(warning, /secret/);
  }
});

test("an endpoint in the environment that is no URL is told of, and not used", () => {
  for (const given of ["api.exoscale.com", "ftp://x/v2", ":"])
    assert.deepEqual(apiEndpoint("de-fra-1", given), {
      endpoint: "https://api-de-fra-1.exoscale.com/v2",
      warning:
        "EXOSCALE_API_ENDPOINT is no URL; using https://api-de-fra-1.exoscale.com/v2 instead",
    });
});

test("the system's authorities are read from where the system has them, or from SSL_CERT_FILE", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "baton-trust-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const one = join(folder, "one.pem");
  const other = join(folder, "other.pem");
  writeFileSync(one, "one");
  writeFileSync(other, "other");
  assert.equal(systemTrust({}, [join(folder, "none.pem"), one]), "one");
  assert.equal(systemTrust({ SSL_CERT_FILE: other }, [one]), "other");
  assert.equal(systemTrust({}, [join(folder, "none.pem")]), undefined);
});
