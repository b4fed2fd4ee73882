import { focusNeighbour, focusNeighbourItem, focusPage } from "./card-focus.ts";
import { byId } from "./elements.ts";
import { commandOf, type KeyCommand } from "./keyboard.ts";
import type { ListAction } from "./list-actions.ts";
import { preference, setPreference } from "./preferences.ts";
import type { Reviewer } from "./reviewer.ts";
import type { Router } from "./router.ts";

/** What may take a key before the report's own commands do; true where it has. */
export type KeyHandler = (event: KeyboardEvent, target: Element) => boolean;

interface Targets {
  readonly router: Router;
  readonly reviewer: Reviewer;
  readonly perform: (action: ListAction, target: Element) => void;
  readonly handleKey?: KeyHandler | undefined;
}

/** Lets single keys move, mark and search; they can be switched off, for those who dictate or whose hands slip. */
export function listenToShortcuts(targets: Targets): void {
  const help = byId("help-dialog", HTMLDialogElement);
  const isOn = byId("shortcuts-on", HTMLInputElement);
  isOn.checked = preference("shortcuts") !== "off";
  isOn.addEventListener("change", () => setPreference("shortcuts", isOn.checked ? "on" : "off"));
  byId("help", HTMLButtonElement).addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (!isOn.checked || target.closest("input, select, textarea, dialog, summary")) return;
    if (targets.handleKey?.(event, target)) return event.preventDefault();
    const command = commandOf(event, target.closest(".card") !== null);
    if (!command) return;
    event.preventDefault();
    void obey(command, target, targets, help);
  });
}

async function obey(
  command: KeyCommand,
  target: Element,
  { router, reviewer, perform }: Targets,
  help: HTMLDialogElement,
): Promise<void> {
  if (command === "help") return help.showModal();
  if (command === "undo") return reviewer.undo();
  const { list, view } = router;
  if (!list) return;
  switch (command) {
    case "search":
      return byId(`${view}-search`, HTMLInputElement).focus();
    case "next":
      return focusNeighbour(list, 1);
    case "previous":
      return focusNeighbour(list, -1);
    case "next-item":
      return focusNeighbourItem(list, 1);
    case "previous-item":
      return focusNeighbourItem(list, -1);
    case "next-page":
      return focusPage(list, list.page + 1, 1);
    case "previous-page":
      return focusPage(list, list.page - 1, 1);
    case "accept":
      perform(command, target);
      return focusNeighbourItem(list, 1);
    default:
      return perform(command, target);
  }
}
