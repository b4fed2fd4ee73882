import { formatCount, formatNumberOf } from "#terminal/format.ts";
import { quotedName } from "#terminal/quoted-name.ts";
import type { CarriedOut } from "./carry-out.ts";
import type { Return } from "./find-return.ts";
import type { PlannedRemovals } from "./plan-removals.ts";
import type { Leftover, Removal, RemovalAction, RemovalPlan } from "./removal-plan.ts";
import type { ExpectedReturn, TakenBack } from "./take-back.ts";

const WILL: Record<RemovalAction, string> = { quarantine: "move", hardlink: "link", delete: "delete" };
const DID: Record<RemovalAction, string> = { quarantine: "moved", hardlink: "linked", delete: "deleted" };
const MOST_NAMED = 20;

/** The whole plan, a line a file: what, from, to, why. */
export function* describePlan(removals: readonly Removal[], action: RemovalAction): Generator<string> {
  for (const removal of removals) {
    const { path, target, stays } = removal;
    const to = action === "hardlink" ? stays.path : target;
    const where = to === null ? quotedName(path) : `${quotedName(path)} -> ${quotedName(to)}`;
    yield `${WILL[action]} ${where} (${describeReason(removal)})\n`;
  }
}

function describeReason({ reason, stays }: Removal): string {
  const { line, keeper, match, distance } = reason;
  const said = line === null ? "accepted" : `drop, line ${line}`;
  const like =
    match === "" ? "the keeper" : `${match} of ${quotedName(keeper)}, distance ${Number(distance.toPrecision(4))}`;
  return `${said}: ${like}${stays.id === keeper ? "" : `; ${quotedName(stays.id)} stays`}`;
}

/** What would be done, in short. */
export function describePlanned({ removals, gone, left }: PlannedRemovals, action: RemovalAction): string {
  const bytes = removals.reduce((sum, { facts }) => sum + facts.bytes, 0);
  const lines = [`${formatNumberOf(removals.length, "file")} to ${WILL[action]}, ${formatCount(bytes)} bytes`];
  return [...lines, ...described(gone, "gone already"), ...described(left, "not done")].join("\n");
}

/** What was done, in short; `gone` and `cannot` are what the plan did not hold. */
export function describeApplied(
  {
    done,
    bytes,
    left,
    gone = [],
    cannot = [],
  }: CarriedOut & { gone?: readonly Leftover[]; cannot?: readonly Leftover[] },
  plan: RemovalPlan,
): string {
  const into = plan.quarantine === null ? "" : ` to ${quotedName(plan.quarantine)}`;
  const lines = [`${formatNumberOf(done, "file")} ${DID[plan.action]}${into}, ${formatCount(bytes)} bytes`];
  lines.push(...described(gone, "gone already"), ...described([...cannot, ...left], "not done"));
  return [...lines, ...(done > 0 ? [`To take it back: npm run undo -- ${plan.name}`] : [])].join("\n");
}

const WOULD: Record<Exclude<Return["how"], "nothing" | "clear">, string> = {
  move: "restore",
  anew: "make anew",
  kept: "cannot restore",
  lost: "cannot bring back",
};

/** What an undo would do, a line a file. */
export async function* describeReturns(returns: AsyncIterable<ExpectedReturn>): AsyncGenerator<string> {
  for await (const { removal, found } of returns) {
    if (found.how === "nothing" || found.how === "clear") continue;
    const why = "reason" in found ? `: ${found.reason}` : "";
    yield `${WOULD[found.how]} ${quotedName(removal.path)}${why}\n`;
  }
}

/** What came back, in short. */
export function describeTakenBack({ restored, kept, lost }: TakenBack): string {
  const lines = [`${formatNumberOf(restored, "file")} restored`];
  return [...lines, ...described(kept, "not restored"), ...described(lost, "lost")].join("\n");
}

/** Files with the reason of each; the first twenty are named. */
function described(files: readonly Leftover[], what: string): string[] {
  if (files.length === 0) return [];
  const named = files.slice(0, MOST_NAMED).map(({ path, reason }) => `  ${quotedName(path)}: ${reason}`);
  const more = files.length > MOST_NAMED ? [`  and ${formatCount(files.length - MOST_NAMED)} more`] : [];
  return [`${formatNumberOf(files.length, "file")} ${what}:`, ...named, ...more];
}
