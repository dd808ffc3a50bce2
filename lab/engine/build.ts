/** The engine from its Go modules, by the pins in `go/`: for machines that reach no other source. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LabFailure } from "../failure.ts";
import type { Say } from "./make.ts";
import { releases, sources } from "./plan.ts";
import { run, tailOf } from "./run.ts";

/** The oldest Go that the pinned modules build with, as their go.mod says. */
const oldestGo = [1, 25, 11] as const;

const sdk = "github.com/pulumi/pulumi/sdk/v3";

/** The language host is of another release: newer ones are in no registry of Go modules. */
const parts = [
  {
    name: "pulumi",
    module: "cli",
    main: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    version: releases.cli,
    packages: 2050,
  },
  {
    name: "pulumi-language-nodejs",
    module: "language",
    main: `${sdk}/nodejs/cmd/pulumi-language-nodejs`,
    version: releases.language,
    packages: 560,
  },
] as const;

/** @throws LabFailure when there is no Go, or the build fails */
export async function build(folder: string, say: Say): Promise<void> {
  await checkGo();
  for (const part of parts) {
    const counted = counter(part.name, part.packages, say);
    const flags = `-s -w -X ${sdk}/go/common/version.Version=v${part.version}`;
    const out = join(folder, part.name);
    const argv = ["go", "build", "-v", "-mod=readonly", "-trimpath", "-buildvcs=false"];
    const { code, output } = await run([...argv, "-ldflags", flags, "-o", out, part.main], {
      cwd: join(sources, part.module),
      env: { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOWORK: "off" },
      onLine: counted,
    });
    if (code === 0) continue;
    const log = join(dirname(folder), "build.log");
    mkdirSync(dirname(log), { recursive: true });
    writeFileSync(log, output);
    throw new LabFailure(
      `${part.name} cannot be built: ${tailOf(output, 3)}`,
      `all of it is in ${log}; or install Pulumi, and it is used instead`,
    );
  }
}

async function checkGo(): Promise<void> {
  const wanted = oldestGo.join(".");
  const fix = `install Go ${wanted} or newer (https://go.dev/dl), or Pulumi itself`;
  const none =
    "there is no Pulumi here, its site cannot be reached, and there is no Go to build it";
  const found = await run(["go", "env", "GOVERSION"]).catch(() => {
    throw new LabFailure(none, fix);
  });
  const version = found.stdout.trim();
  if (!isNewEnough(version)) throw new LabFailure(`Go ${version} is too old to build Pulumi`, fix);
}

/** `go1.26.8`, and `go1.27rc1` as well. */
export function isNewEnough(version: string, oldest: readonly number[] = oldestGo): boolean {
  const numbers = /^go(\d+)\.(\d+)(?:\.(\d+))?/
    .exec(version)
    ?.slice(1)
    .map((one) => Number(one ?? 0));
  if (numbers === undefined) return false;
  for (const [at, least] of oldest.entries()) {
    const number = numbers[at] ?? 0;
    if (number !== least) return number > least;
  }
  return true;
}

/** Tells every few seconds how far it is: modules fetched, packages compiled. */
function counter(name: string, packages: number, say: Say): (line: string) => void {
  let fetched = 0;
  let compiled = 0;
  let toldMs = performance.now();
  return (line) => {
    if (line.startsWith("go: downloading ")) fetched += 1;
    else compiled += 1;
    if (performance.now() - toldMs < 3000) return;
    toldMs = performance.now();
    say(
      compiled === 0
        ? `${name}: ${fetched} modules fetched …`
        : `${name}: ${compiled} of about ${packages} packages compiled …`,
    );
  };
}
