/** Which template each host starts from. */
import type * as pulumi from "@pulumi/pulumi";
import { reasonOf } from "../../stack/failure.ts";
import type { Host } from "../../stack/stack.ts";
import { stop, stopWhereRefused } from "../problem.ts";
import { getTemplate } from "./exoscale-functions.ts";
import { templates } from "./exoscale-templates.ts";

export type Image = { readonly templateId: string; readonly defaultUser: string };

/** The template of a host, by name or id. @throws RunError where the system has none */
export const imageName = ({ name, image, system }: Host): string =>
  image ??
  templates[system.name] ??
  stop(
    `${name}: Exoscale has no template of ${system.name}`,
    "write the name or the id of your own one as `image`, or choose another system",
  );

/** An image's name as a label: what was asked for, since the newest template of a name changes. */
export const imageLabel = (image: string): string =>
  image
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Looks each image up once; templates of one's own organisation are found behind public ones. */
export async function findImages(
  zone: string,
  hosts: readonly Host[],
  options: pulumi.InvokeOptions,
): Promise<ReadonlyMap<string, Image>> {
  const names = [...new Set(hosts.map(imageName))];
  const found = names.map(async (image): Promise<[string, Image]> => {
    const query = uuid.test(image) ? { zone, id: image } : { zone, name: image };
    const { id, defaultUser } = await getTemplate(query, options).catch((error) => {
      stopWhereRefused(reasonOf(error));
      return getTemplate({ ...query, visibility: "private" }, options).catch(() =>
        stop(
          `template ${JSON.stringify(image)} was not found in ${zone}: ${reasonOf(error)}`,
          "`exo compute instance-template list` lists them; write one as `image`",
        ),
      );
    });
    return [image, { templateId: id ?? image, defaultUser }];
  });
  return new Map(await Promise.all(found));
}
