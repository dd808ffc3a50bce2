/** What makes up a load balancer or virtual router on Linux, in the order in which it takes effect. */
import type { NodeContext } from "./context.ts";
import { agentProgram, agentUnit, agentUser } from "./parts/agent.ts";
import { haproxy } from "./parts/haproxy.ts";
import { carriedAddresses } from "./parts/loopback.ts";
import { metadataGuard } from "./parts/metadata-guard.ts";
import { nginxPage, nginxProxy } from "./parts/nginx.ts";
import { privateNetworkLinks } from "./parts/private-network.ts";
import type { Part } from "./plan.ts";

export const linuxNode = (context: NodeContext): Part[] => [
  agentUser(context),
  metadataGuard(context),
  privateNetworkLinks(context),
  ...proxyParts(context),
  agentProgram(context),
  carriedAddresses(context),
  agentUnit(context),
];

function proxyParts(context: NodeContext): Part[] {
  const { proxy, appServers } = context.stack;
  switch (proxy) {
    case "haproxy":
      return [haproxy(context)];
    case "nginx":
      return [appServers.length > 0 ? nginxProxy(context) : nginxPage(context)];
    case "none":
      return [];
  }
}
