/** nginx: as the proxy of a load balancer, or serving a page that names the host. */
import { parseAddress } from "../../stack/ip.ts";
import type { Host } from "../../stack/stack.ts";
import { type Context, carriedIps, type PartMaker } from "../context.ts";
import { nginx as format, html } from "../escape.ts";
import { command, file, type HostCommand, type HostFile, service } from "../plan.ts";
import { render } from "../template.ts";

const configuration = "/etc/nginx/conf.d/baton.conf";

export const nginxProxy: PartMaker = (context) => {
  const { services, backends } = context.stack;
  const text = render("nginx-proxy.conf", format, {
    services: services.map(({ name, port, targetPort }) => ({
      name,
      port,
      ipv6: carriedIps(context).some((ip) => parseAddress(ip)?.family === "ipv6"),
      servers: backends.map(({ target }) => ({ target, port: targetPort })),
    })),
  });
  return around(context, "the load balancer", [
    file(configuration, text, "sends requests to the app servers", { deferred: true }),
  ]);
};

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
  return around(context, "the web server", [
    file(configuration, text, "serves the page", { deferred: true }),
    file("/var/www/baton/index.html", page, "a page that names the host"),
  ]);
};

/**
 * What every use of nginx needs around its files. Those are deferred: beside Debian's default site
 * nginx would fail to start, and with it the installation of its package.
 */
function around({ host }: Context, what: string, files: readonly HostFile[]) {
  const commands: HostCommand[] = host.system.selinux
    ? [
        command(
          ["setsebool", "-P", "httpd_can_network_connect", "1"],
          "SELinux lets nginx reach the app servers",
        ),
      ]
    : [
        command(
          ["rm", "-f", "/etc/nginx/sites-enabled/default"],
          "Debian's default site would answer instead",
        ),
      ];
  return {
    packages: [{ name: "nginx", why: what }],
    files,
    commands,
    services: [service("nginx.service", "reload", what)],
  };
}
