/** One instance, one elastic IP, one security group: the real engine and the stand-in provider. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startBench } from "./engine.ts";

const zone = "ch-gva-2";

const program = (more = "{}") => `
import * as exoscale from "./resources.js";

const zone = ${JSON.stringify(zone)};
const { id: templateId } = await exoscale.template("Linux Debian 12 (Bookworm) 64-bit", zone);
const group = exoscale.securityGroup("web", { name: "web", description: "Web" });
exoscale.rule("http", {
  securityGroupId: group.id, type: "INGRESS", protocol: "TCP", cidr: "0.0.0.0/0",
  startPort: 80, endPort: 80,
});
const address = exoscale.elasticIp("front", { zone, description: "Front" });
const host = exoscale.instance("lb1", {
  zone, templateId, name: "lb1", type: "standard.small", diskSize: 10,
  securityGroupIds: [group.id], userData: "#cloud-config\\n{}\\n",
}, ${more});
export const ip = address.ipAddress;
export const publicIp = host.publicIpAddress;
`;

test("up, refresh, preview and destroy of a small stack", async (t) => {
  const { cloud, pulumi } = await startBench(t, program());
  const timed = async (...args: readonly string[]): Promise<string> => {
    const startedMs = performance.now();
    const output = await pulumi(...args);
    t.diagnostic(`pulumi ${args[0]}: ${Math.round(performance.now() - startedMs)} ms`);
    return output;
  };
  await timed("up", "--yes", "--skip-preview");
  const { instances, elasticIps, securityGroups } = cloud.world();
  const [host] = Object.values(instances);
  assert.equal(host?.name, "lb1");
  assert.equal(host.state, "running");
  assert.match(Object.values(elasticIps)[0]?.ip ?? "", /^203\.0\.113\./);
  assert.equal(Object.values(securityGroups)[0]?.rules?.length, 1);
  await timed("refresh", "--yes", "--skip-preview", "--expect-no-changes");
  assert.match(await timed("preview", "--expect-no-changes"), /5 unchanged/);
  await timed("destroy", "--yes", "--skip-preview");
  const after = cloud.world();
  for (const table of ["instances", "elasticIps", "securityGroups"] as const)
    assert.deepEqual(after[table], {}, table);
});
