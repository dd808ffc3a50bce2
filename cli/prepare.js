/**
 * What a fresh machine lacks: npm packages, and the Debian packages of the real tools that the
 * tests run. Plain JavaScript for Node 18, since it runs before anything is installed.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** The Node that the project brings, as the npm package `node`. */
export const node = `${root}node_modules/node/bin/node`;

/** The validators that the tests run for real, by Debian package. */
export const validators = [
  "chromium",
  "cloud-init",
  "conntrack",
  "dash",
  "dnsmasq-base",
  "haproxy",
  "ifupdown",
  "iproute2",
  "iptables",
  "keepalived",
  "mksh",
  "mmdebstrap",
  "netplan.io",
  "nftables",
  "nginx-light",
  "openssh-client",
  "openssl",
  "python3-venv",
  "python3-yaml",
  "shellcheck",
  "systemd",
  "systemd-container",
];

/** What the lab runs for real; a test holds it to what the lab itself asks for. */
export const labPrograms = [
  "conntrack",
  "dnsmasq-base",
  "iproute2",
  "mmdebstrap",
  "nftables",
  "openssh-client",
  "openssl",
  "systemd-container",
];

/** Tells what is being done; the output of the thing itself follows. */
export const say = (text) => process.stderr.write(`baton: ${text}\n`);

function giveUp(text) {
  say(text);
  process.exit(1);
}

/** The environment of what runs in the project's folder. */
export const surroundings = () => ({
  // Node keeps what it compiled; hundreds of short runs start faster.
  NODE_COMPILE_CACHE: `${root}node_modules/.compile-cache`,
  ...process.env,
  PATH: `${root}node_modules/.bin:${process.env.PATH}`,
});

/** Runs a command in the project's folder, with its output shown; ends the run when it fails. */
export function run(command, args, what, options = {}) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    env: surroundings(),
    ...options,
  });
  if (error) giveUp(`${what} cannot run: ${error.message}`);
  if (signal) process.exit(130);
  if (status !== 0) process.exit(status ?? 1);
}

/** Makes a folder in one that there is. */
export function prepareFolder(path) {
  try {
    if (!existsSync(path)) mkdirSync(path);
  } catch (error) {
    giveUp(`${path} cannot be made (${error.code}); let HOME name a folder where you may write`);
  }
}

/** Installs the npm packages of the lock file, unless they are there. */
export function prepareNpm() {
  const lock = createHash("sha256")
    .update(readFileSync(`${root}package-lock.json`))
    .digest("hex");
  const stamp = `${root}node_modules/.lock-sha256`;
  if (existsSync(node) && existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  say("installing the npm packages of package-lock.json, Node 24 among them (about 260 MB) …");
  // Warnings are of the machine's own Node, which only starts the one that is installed.
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], "npm");
  if (!existsSync(node))
    giveUp("npm has not installed its package `node`; allow its install script and try again");
  writeFileSync(stamp, lock);
}

/**
 * Installs Debian packages that are missing, as root or by one sudo, or says what to install.
 * @param why who runs them, for people: `the tests run these tools for real`
 */
export function preparePackages(names, why) {
  const missing = names.filter((name) => !installed(name));
  if (missing.length === 0) return;
  const list = missing.join(" ");
  if (!onPath("apt-get")) giveUp(`${why}, and this is not Debian or Ubuntu: ${list}`);
  const asRoot = process.getuid?.() === 0;
  if (!asRoot && !(onPath("sudo") && process.stdin.isTTY)) {
    giveUp(`${why}; install them first: sudo apt-get install ${list}`);
  }
  say(`${why}; installing: ${list}`);
  say("none of their services is started or enabled");
  const [command, ...before] = asRoot ? ["sh"] : [...sudo(), "sh"];
  run(command, [...before, `${root}cli/install-packages.sh`, ...missing], "apt-get");
}

/** What sudo drops, and what is fetched needs: how this machine reaches the network, and Go's own. */
const carried = [
  /^(https?|all|no)_proxy$/i,
  /^(npm_config_registry|NODE_EXTRA_CA_CERTS|NODE_USE_ENV_PROXY|SSL_CERT_FILE|SSL_CERT_DIR)$/,
  /^GO(PROXY|FLAGS|SUMDB|NOSUMDB|NOPROXY|PRIVATE|INSECURE|AUTH|PATH|CACHE|MODCACHE)$/,
  /^BATON_/,
];

/** The beginning of a command that runs as root, with what is named kept beside. */
export const sudo = (...more) => {
  const kept = Object.keys(process.env).filter((name) => carried.some((one) => one.test(name)));
  return ["sudo", `--preserve-env=${[...more, ...kept].join(",")}`];
};

const engine = `${root}lab/engine/main.ts`;

/** Installs Go where the Pulumi engine has to be built and there is none. @param why as above */
export function prepareGo(why) {
  const { stdout } = spawnSync(node, [engine, "--plan"], { encoding: "utf8" });
  if (stdout.trim() === "build" && !onPath("go")) preparePackages(["golang-go"], why);
}

/** Makes the Pulumi engine ready: the one on the path, or fetched, or built. */
export function prepareEngine() {
  prepareGo("the tests run Pulumi for real, and it is built from its Go modules");
  run(node, [engine], "the engine");
}

/** Makes the cloud's official clients ready, or says that they are left out. */
export function prepareOutsiders() {
  if (!process.env.BATON_WITHOUT_OUTSIDERS && !onPath("go"))
    preparePackages(["golang-go"], "the tests build the cloud's official Go client");
  run(node, [`${root}test/outsiders/prepare.ts`], "the official clients");
}

const installed = (name) => {
  const { stdout } = spawnSync("dpkg-query", ["--show", "--showformat=${db:Status-Status}", name], {
    encoding: "utf8",
  });
  return stdout === "installed";
};

export const onPath = (command) =>
  (process.env.PATH ?? "").split(":").some((folder) => existsSync(`${folder}/${command}`));
