/** What the metadata service knows: who asks is known by the address that asks. */
import { renameSync, writeFileSync } from "node:fs";
import type { Instance, World } from "../model/exoscale/world.ts";

export type Described = {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly publicIp: string;
  readonly size: string;
  /** A key a line. */
  readonly sshKeys: string;
  /** As the API takes it: base64. */
  readonly userData: string;
};

export type MetadataList = Readonly<Record<string, Described>>;

/** @param deskKey an SSH key that every instance lets in, beside those that it was made with */
export function listOf(world: World, deskKey: string): MetadataList {
  const described = (instance: Instance, publicIp: string): Described => ({
    id: instance.id,
    name: instance.name,
    zone: world.zone,
    publicIp,
    size: world.instanceTypes[instance.make?.instanceType ?? ""]?.size ?? "",
    sshKeys: [
      ...(instance.make?.sshKeys ?? []).flatMap((name) => world.sshKeys[name]?.publicKey ?? []),
      deskKey,
    ].join("\n"),
    userData: instance.make?.userData ?? "",
  });
  return Object.fromEntries(
    Object.values(world.instances).flatMap((instance) =>
      instance.publicIp === undefined
        ? []
        : [[instance.publicIp, described(instance, instance.publicIp)]],
    ),
  );
}

/** User-data holds secrets: only the lab can read the list. The service sees a whole one. */
export function writeList(file: string, list: MetadataList): void {
  const temporary = `${file}.new`;
  writeFileSync(temporary, JSON.stringify(list), { mode: 0o600 });
  renameSync(temporary, file);
}
