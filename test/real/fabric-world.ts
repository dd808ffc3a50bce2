/**
 * A small world on the lab's fabric for its tests: the hosts of Exoscale's article, from rendered
 * user-data, with the lab's stand-in for the metadata service.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Fabric } from "../../lab/fabric/fabric.ts";
import type { Service } from "../../lab/fabric/service.ts";
import type { Flavour } from "../../lab/image/flavour.ts";
import { writeList } from "../../lab/world/metadata-list.ts";
import { hostsOf, type Stack } from "../../stack/stack.ts";
import { readExample, stackOf, userDataOf } from "../render-example.ts";
import { runWell } from "./tools.ts";

export const address = "198.51.100.50";

/** The article's stack for the lab's systems; the agent is a fixture, which keeps no address. */
export function articleStack(flavour: Flavour): Stack {
  const system = flavour === "netplan" ? "debian-13" : "debian-12";
  const example = readExample("exoscale-elastic-ip-article");
  const source = example
    .replace(/^system: .*$/m, `system: ${system}`)
    .replace(/^agent: .*$/m, "agent: { delivery: inline }");
  assert.notEqual(source, example);
  return stackOf(source);
}

/** Hosts of the article by name, as the fabric wants them; ids and names are the same here. */
export const planned = (stack: Stack, flavour: Flavour, names: readonly string[]) =>
  hostsOf(stack)
    .filter(({ name }) => names.includes(name))
    .map((host) => {
      const ip = host.publicIp ?? assert.fail(`${host.name} has no public address`);
      const octets = ip.split(".").map((part) => Number(part).toString(16).padStart(2, "0"));
      return {
        spec: {
          id: host.name,
          name: host.name,
          ip,
          mac: `0a:58:${octets.join(":")}`,
          flavour,
          links: [{ name: "eth0", kind: "public" as const }],
        },
        hostName: host.hostName ?? host.name,
        userData: userDataOf(stack, host).text,
      };
    });

export type Planned = ReturnType<typeof planned>[number];

/** Serves all hosts' user-data; the file is read anew at each request. */
export async function serveMetadata(
  fabric: Fabric,
  folder: string,
  hosts: readonly Planned[],
): Promise<Service> {
  const file = join(folder, "metadata.json");
  const known = hosts.map(({ spec: { id, name, ip }, userData }) => {
    const base64 = Buffer.from(userData).toString("base64");
    const rest = { zone: "ch-gva-2", publicIp: ip, size: "small", sshKeys: "" };
    return [ip, { id, name, userData: base64, ...rest }] as const;
  });
  writeList(file, Object.fromEntries(known));
  await fabric.setNames(Object.fromEntries(hosts.map(({ spec, hostName }) => [hostName, spec.ip])));
  const program = fileURLToPath(new URL("../../lab/world/metadata.ts", import.meta.url));
  const { promise, resolve } = Promise.withResolvers<string>();
  const argv = [process.execPath, program, file];
  const service = await fabric.runIn(fabric.router().netns, argv, { onOutput: resolve });
  const ended = service.ended.then(() => "ended");
  assert.equal((await Promise.race([promise, ended])).trim(), "ready");
  return service;
}

/** A certificate for one name, and its key, in PEM; both are left in the folder. */
export function makeCertificate(folder: string, name: string) {
  const [key, certificate] = [join(folder, "api.key"), join(folder, "api.pem")];
  runWell("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-keyout", key, "-out", certificate, "-days", "2", "-subj", `/CN=${name}`],
    ...["-addext", `subjectAltName=DNS:${name}`],
  ]);
  return { key: readFileSync(key, "utf8"), certificate: readFileSync(certificate, "utf8") };
}
