/** The engine from its Go modules, by the pins in `go/`: for machines that reach no other source. */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { WorldFailure } from "../../stack/failure.ts";
import { makeFolders } from "../../stack/folder.ts";
import { releases, sources } from "./plan.ts";
import { run, type Say, tailOf } from "./run.ts";
import { goProgram } from "./toolchain.ts";

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

/** @throws WorldFailure when there is no Go that can, or the build fails */
export async function build(folder: string, say: Say, signal?: AbortSignal): Promise<void> {
  const go = await goProgram(say, undefined, signal);
  for (const part of parts) {
    const counted = counter(part.name, part.packages, say);
    const flags = `-s -w -X ${sdk}/go/common/version.Version=v${part.version}`;
    const out = join(folder, part.name);
    const argv = [go, "build", "-v", "-mod=readonly", "-trimpath", "-buildvcs=false"];
    const { code, output } = await run([...argv, "-ldflags", flags, "-o", out, part.main], {
      cwd: join(sources, part.module),
      env: {
        ...process.env,
        CGO_ENABLED: "0",
        GOTOOLCHAIN: "local",
        GOWORK: "off",
        GOTMPDIR: folder,
      },
      onLine: counted,
      signal,
      endsAll: true,
    });
    signal?.throwIfAborted();
    if (code === 0) continue;
    const log = join(dirname(folder), "build.log");
    makeFolders(dirname(log));
    writeFileSync(log, output);
    throw new WorldFailure(
      `${part.name} cannot be built: ${tailOf(output, 3)}`,
      `all of it is in ${log}; or install Pulumi, and it is used instead`,
    );
  }
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
