import { Refusal } from "#server/refusal.ts";

/**
 * Any type will do, as what a picture is stands in its first bytes; forms have something else there.
 *
 * @throws Refusal 415
 */
export function checkPictureType(type: string | undefined): void {
  if (!type?.trim().toLowerCase().startsWith("multipart/")) return;
  const advice = "curl sends it with --data-binary @FILE";
  throw new Refusal(415, `Found a form (multipart), expected the bytes of an image as the whole body; ${advice}`);
}
