/** What makes up a load balancer or virtual router on Linux, in the order of its effects. */
import type { NodeContext } from "./context.ts";
import { agentProgram, agentUnit, agentUser } from "./parts/agent.ts";
import { forwarding } from "./parts/forwarding.ts";
import { haproxy } from "./parts/haproxy.ts";
import { hostFirewall } from "./parts/host-firewall.ts";
import { ifupdownItself } from "./parts/ifupdown.ts";
import { keepalived } from "./parts/keepalived.ts";
import { carriedAddresses } from "./parts/loopback.ts";
import { metadataGuard } from "./parts/metadata-guard.ts";
import { nginxPage, nginxProxy } from "./parts/nginx.ts";
import { privateNetworkLinks } from "./parts/private-network.ts";
import type { Part } from "./plan.ts";

export const linuxNode = (context: NodeContext): Part[] => [
  agentUser(context),
  metadataGuard(context),
  ifupdownItself(context),
  privateNetworkLinks(context),
  forwarding(context),
  hostFirewall(context),
  ...proxyParts(context),
  agentProgram(context),
  carriedAddresses(context),
  keepalived(context),
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
