/**
 * What the real tools judge: every host of every example, and of further stacks for what no
 * example asks for, such as nginx as proxy, IPv6, a TCP service or a bundle fetched by URL.
 */
import { exampleNames, type RenderedHost, renderAll, renderExample } from "../render-example.ts";

const sha256 = "0123456789abcdef".repeat(4);

const variants: Readonly<Record<string, string>> = {
  "two families, named slots and TCP": `
name: dual
cloud: { provider: exoscale, zone: ch-gva-2 }
addresses:
  web4: { ip: 198.51.100.50 }
  web6: { ip: "2001:db8::50" }
nodes: 3
app-servers:
  hosts:
    blue: { host-name: blue.example.com }
    green: {}
  slots: 4
services:
  web: { port: 80, check: "/health?deep=1&x=%20y#z" }
  mail: { port: 25, target-port: 2525, protocol: tcp }
`,
  "nginx in front, fetched agent, own files": `
name: front
cloud: { provider: exoscale, zone: ch-gva-2 }
networks:
  public: { type: public, interface: eth0 }
  private: { type: private, interface: eth1, cidr: "2001:db8:1::/64" }
addresses:
  web: { ip: 198.51.100.50 }
  web6: { ip: "2001:db8::50" }
nodes: 2
app-servers:
  count: 2
  hosts:
    app1: { host-name: app1.example.com }
    app2: {}
services:
  web: { port: 80 }
  admin: { port: 8080, target-port: 81 }
proxy: nginx
agent:
  delivery: url
  url: https://downloads.example.com/baton-agent?version=1&os=linux
  sha256: ${sha256}
extra:
  packages: [tcpdump]
  commands: ['echo "it''s $HOME" >/root/done # not a comment']
  files:
    - { path: /etc/motd, content: "# 100% \\"yes\\" \\\\ $HOME\\n\\ttab, ü and 12:30\\n", mode: "0600" }
    - { path: /etc/odd, content: "no" }
    - { path: /etc/blank, content: "blank lines at the end\\n\\n\\n" }
`,
  "ifupdown without exoip's face": `
name: plain
cloud: { provider: exoscale, zone: ch-gva-2 }
system: ubuntu-22.04
networks:
  public: { type: public, interface: eth0 }
  private: { type: private, interface: eth1, cidr: "2001:db8:1::/64" }
addresses:
  web4: { ip: 198.51.100.50 }
  web6: { ip: "2001:db8::50" }
nodes: 2
app-servers: 1
services: { web: { port: 80 } }
agent: { loopback: ifupdown }
`,
  "exoip's face with all of its keys": `
name: face
cloud: { provider: exoscale, zone: ch-gva-2 }
system: debian-12
addresses:
  web: { ip: 198.51.100.50 }
nodes: 3
proxy: none
election:
  method: heartbeat
  wire: exoip
  interval: 2s
  dead-ratio: 4
  port: 12346
  peers: addresses
agent: { loopback: ifupdown }
`,
};

export const subjects: readonly RenderedHost[] = [
  ...exampleNames.flatMap(renderExample),
  ...Object.entries(variants).flatMap(([name, source]) => renderAll(source.trimStart(), name)),
];

/** Hosts on Linux, which take a cloud-config and not a script. */
export const linuxSubjects: readonly RenderedHost[] = subjects.filter(
  ({ plan }) => plan.system.userData === "cloud-config",
);

/** The Linux hosts that write a file at one of these paths. */
export const having = (pattern: RegExp): RenderedHost[] =>
  linuxSubjects.filter(({ plan }) => plan.files.some(({ path }) => pattern.test(path)));

/** One subject of each distinct set of files, so that twin hosts are not judged twice. */
export function distinct(hosts: readonly RenderedHost[], pattern: RegExp): RenderedHost[] {
  const key = ({ plan }: RenderedHost): string =>
    JSON.stringify(plan.files.filter(({ path }) => pattern.test(path)));
  return [...new Map(hosts.map((host) => [key(host), host])).values()];
}
