/** nginx: as the proxy of a load balancer, or serving a page that names the host. */
import { isIP } from "node:net";
import { parseAddress } from "../../stack/ip.ts";
import { addressedNetworks, type Backend, type Host } from "../../stack/stack.ts";
import { type Context, carriedIps, type PartMaker } from "../context.ts";
import { nginx as format, html } from "../escape.ts";
import { command, file, type HostFile, type Part, service } from "../plan.ts";
import { Refusal } from "../refusal.ts";
import { render } from "../template.ts";

const configuration = "/etc/nginx/conf.d/baton.conf";

export const nginxProxy: PartMaker = (context) => {
  const { services, backends } = context.stack;
  const text = render("nginx-proxy.conf", format, {
    services: services.map(({ name, port, targetPort }) => ({
      name,
      port,
      ipv6: carriedIps(context).some((ip) => parseAddress(ip)?.family === "ipv6"),
      servers: backends.map((backend) => ({ target: fixed(context, backend), port: targetPort })),
    })),
  });
  const files = [
    file(configuration, text, "sends requests to the app servers", { deferred: true }),
  ];
  return around(
    context,
    "the load balancer",
    files,
    services.map(({ port }) => port),
  );
};

/**
 * nginx resolves a name once, and does not start while it does not resolve; so its backends are the
 * fixed addresses of the app servers, even of those that have a host name.
 */
function fixed({ stack }: Context, { name, target }: Backend): string {
  const [network] = addressedNetworks(stack.networks);
  const ips = stack.appServers.find((server) => server.name === name)?.ips ?? {};
  const ip = isIP(target) === 0 ? network && ips[network.name] : target;
  if (ip === undefined) {
    const message = `nginx needs a fixed address of ${name}: it does not start while a name does not resolve`;
    throw new Refusal(message, ["proxy"], "declare a private network, or write proxy: haproxy");
  }
  return isIP(ip) === 6 ? `[${ip}]` : ip;
}

/** A page that names the host, on every port that it serves. */
export const nginxPage: PartMaker<Host> = (context) => {
  const { stack, host } = context;
  const ports = stack.services.map(({ port, targetPort }) =>
    host.role === "node" ? port : targetPort,
  );
  const text = render("nginx-page.conf", format, {
    ports: [...new Set(ports)].map((port) => ({ port })),
  });
  const page = render("index.html", html, { host: host.name, stack: stack.name });
  const files = [
    file(configuration, text, "serves the page", { deferred: true }),
    file("/var/www/baton/index.html", page, "a page that names the host"),
  ];
  return around(context, "the web server", files, ports);
};

/**
 * What every use of nginx needs around its files. Those are deferred: beside Debian's default site
 * nginx would fail to start, and with it the installation of its package.
 */
function around(
  { host }: Context,
  what: string,
  files: readonly HostFile[],
  ports: readonly number[],
): Part {
  const system = host.system.selinux ? selinux(ports) : withoutDefaultSite;
  return {
    packages: [{ name: "nginx", why: what }],
    files: [...files, ...(system.files ?? [])],
    commands: system.commands ?? [],
    services: [service("nginx.service", "reload", what)],
  };
}

const withoutDefaultSite: Part = {
  commands: [
    command(
      ["rm", "-f", "/etc/nginx/sites-enabled/default"],
      "Debian's default site would answer instead",
    ),
  ],
};

/** The ports of http_port_t, and 8080 of http_cache_port_t, in the policy of Enterprise Linux 9. */
const webPorts = [80, 81, 443, 488, 8008, 8009, 8080, 8443, 9000];

/** SELinux knows nginx as httpd_t, which may listen on web ports and connect to few. */
function selinux(ports: readonly number[]): Part {
  const path = "/etc/baton/nginx-ports.cil";
  const why = "SELinux lets nginx listen on any port";
  const connect = command(
    ["setsebool", "-P", "httpd_can_network_connect", "1"],
    "SELinux lets nginx reach the app servers",
  );
  if (ports.every((port) => webPorts.includes(port))) return { commands: [connect] };
  return {
    files: [file(path, "(allow httpd_t port_type (tcp_socket (name_bind)))\n", why)],
    commands: [connect, command(["semodule", "--install", path], why)],
  };
}
