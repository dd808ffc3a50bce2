/** HAProxy on a load balancer: the distribution's own settings, and a `listen` section a service. */
import { isIP } from "node:net";
import { parseAddress } from "../../stack/ip.ts";
import type { Service, Stack } from "../../stack/stack.ts";
import { carriedIps, type NodeContext, type PartMaker } from "../context.ts";
import { haproxy as format } from "../escape.ts";
import { command, file, service } from "../plan.ts";
import { render } from "../template.ts";

export const haproxy: PartMaker = (context) => {
  const sections = render("haproxy-listen.cfg", format, {
    named: context.stack.backends.some(({ target }) => isIP(target) === 0),
    services: context.stack.services.map((item) => listen(context, item)),
  });
  const { selinux } = context.host.system;
  const why = "sends requests to the app servers that are well";
  return {
    packages: [{ name: "haproxy", why: "the load balancer" }],
    files: [
      // Oracle Linux's unit reads a folder; Debian's reads the one file, so ours goes behind theirs.
      selinux
        ? file("/etc/haproxy/conf.d/baton.cfg", sections, why)
        : file("/etc/haproxy/haproxy.cfg", sections, why, { write: "append", deferred: true }),
    ],
    commands: selinux
      ? [
          command(
            ["setsebool", "-P", "haproxy_connect_any", "1"],
            "SELinux lets HAProxy use any port",
          ),
        ]
      : [],
    services: [service("haproxy.service", "reload", "the load balancer")],
  };
};

function listen(context: NodeContext, { name, port, targetPort, protocol, check }: Service) {
  const ipv6 = carriedIps(context).some((ip) => parseAddress(ip)?.family === "ipv6");
  return {
    name,
    port,
    ipv6,
    http: protocol === "http",
    check: check ?? "",
    servers: servers(context.stack, targetPort),
  };
}

const servers = ({ backends }: Stack, port: number) =>
  backends.map(({ name, target }) => ({ name, target, port, named: isIP(target) === 0 }));
