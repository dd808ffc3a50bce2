/** Changes of an instance in place, in the provider's order. */
import type { Api } from "./api.ts";
import { foundType } from "./instance-type.ts";
import { covers, type Plan } from "./resource.ts";
import { encodeUserData } from "./user-data.ts";
import { type Fields, given, objectsOf, textOf, textsOf } from "./values.ts";

export async function updateInstance(zone: Api, id: string, plan: Plan): Promise<void> {
  const path = `/instance/${id}`;
  const current = await zone.get(path);
  const { news, changed } = plan;
  await updated(zone, path, plan);
  if (changed.has("reverseDns")) {
    const { reverseDns } = news;
    if (reverseDns)
      await zone.operate("POST", `/reverse-dns${path}`, { "domain-name": reverseDns });
    else await zone.operate("DELETE", `/reverse-dns${path}`);
  }
  if (changed.has("elasticIpIds")) await members(zone, id, plan, "elasticIpIds", "elastic-ip");
  if (changed.has("networkInterfaces")) await legs(zone, id, plan);
  if (changed.has("securityGroupIds"))
    await members(zone, id, plan, "securityGroupIds", "security-group");
  if (["state", "diskSize", "type", "enableTpm"].some((name) => changed.has(name)))
    await reshaped(zone, path, plan, current);
  // The API cannot tell whether there is a protection, so it is always said what it should be.
  const protection = news.destroyProtected ? "add-protection" : "remove-protection";
  await zone.operate("PUT", `${path}:${protection}`);
}

async function updated(zone: Api, path: string, { news, changed }: Plan): Promise<void> {
  const body = {
    ...(changed.has("labels") && { labels: news.labels ?? {} }),
    ...(changed.has("name") && { name: news.name }),
    ...(changed.has("userData") && { "user-data": encodeUserData(textOf(news.userData)) }),
  };
  if (Object.keys(body).length > 0) await zone.operate("PUT", path, body);
}

/** New ones first, then those that are no longer wanted. */
async function members(
  zone: Api,
  id: string,
  { olds, news }: Plan,
  name: string,
  kind: string,
): Promise<void> {
  const before = textsOf(olds[name]);
  const after = textsOf(news[name]);
  const instance = { id };
  for (const one of after.filter((wanted) => !before.includes(wanted)))
    await zone.operate("PUT", `/${kind}/${one}:attach`, { instance });
  for (const one of before.filter((had) => !after.includes(had)))
    await zone.operate("PUT", `/${kind}/${one}:detach`, { instance });
}

/** An interface whose address changes goes away and comes back. */
async function legs(zone: Api, id: string, { olds, news }: Plan): Promise<void> {
  const before = objectsOf(olds.networkInterfaces);
  const after = objectsOf(news.networkInterfaces);
  const instance = { id };
  const path = ({ networkId }: Fields): string => `/private-network/${textOf(networkId)}`;
  for (const leg of before.filter((had) => !after.some((wanted) => covers(had, wanted))))
    await zone.operate("PUT", `${path(leg)}:detach`, { instance });
  for (const leg of after.filter((wanted) => !before.some((had) => covers(had, wanted))))
    await zone.operate("PUT", `${path(leg)}:attach`, { instance, ...given({ ip: leg.ipAddress }) });
}

/** Size, disk and TPM change while the instance is off. */
async function reshaped(
  zone: Api,
  path: string,
  { news, changed }: Plan,
  current: Fields,
): Promise<void> {
  const size = Number(news.diskSize);
  if (changed.has("diskSize") && Number(current["disk-size"]) > size)
    throw new Error(
      `unable to scale down the disk size, use size > ${String(current["disk-size"])}`,
    );
  const off = news.state === "stopped" || changed.has("diskSize") || changed.has("type");
  if (off) await zone.operate("PUT", `${path}:stop`);
  if (changed.has("diskSize"))
    await zone.operate("PUT", `${path}:resize-disk`, { "disk-size": size });
  if (changed.has("type")) {
    const type = await foundType(zone, textOf(news.type));
    await zone.operate("PUT", `${path}:scale`, { "instance-type": { id: type } });
  }
  if (changed.has("enableTpm")) throw new Error("it knows no change of TPM");
  if (news.state === "running") await zone.operate("PUT", `${path}:start`, {});
}
