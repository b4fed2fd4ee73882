// npm run model -- check FILE: what an ONNX file is and which preset fits; npm run model -- list: the presets there are.
import { Command, Option } from "commander";
import { allPresets } from "#settings/find-model.ts";
import { readSettings } from "#settings/read-settings.ts";
import { endProcess } from "#terminal/end-process.ts";
import { parseFlags } from "#terminal/parse-flags.ts";
import { type CheckOptions, checkModel } from "./check-model.ts";
import { checkJson, checkText, presetsText } from "./model-text.ts";

interface GeneralOptions {
  readonly config?: string;
  readonly json?: true;
}

async function main(args: readonly string[]): Promise<number> {
  let chosen: () => Promise<void> = async () => undefined;
  const command = new Command("npm run model --").description("What ONNX files are, and the presets for them.");
  const check = withGeneralOptions(command.command("check <file.onnx>"))
    .description(
      "says what a file takes and gives, which preset fits and what a run gives; proposes a preset where none fits",
    )
    .option("--preset <name>", "try this preset")
    .option("--output-tensor <name>", "try this tensor as the feature: an output, or any within the graph")
    .addOption(
      new Option("--pool <how>", "how one vector is made of that tensor").choices(["mean", "first", "flatten"]),
    );
  check.action((file: string, options: GeneralOptions & CheckOptions) => {
    chosen = () => printCheck(file, options);
  });
  withGeneralOptions(command.command("list"))
    .description("the presets, their thresholds, and where to fetch the models")
    .action((options: GeneralOptions) => {
      chosen = () => printList(options);
    });
  if (!parseFlags(command, args)) return 0;
  await chosen();
  return 0;
}

function withGeneralOptions(command: Command): Command {
  return command
    .option("--config <file.json>", "settings, with presets of your own")
    .addOption(new Option("--output <folder>", "taken as by every command; nothing is written").hideHelp())
    .option("--json", "the same as JSON");
}

async function printCheck(file: string, { config, json, ...options }: GeneralOptions & CheckOptions): Promise<void> {
  const check = await checkModel(file, readSettings(config, {}), options);
  process.stdout.write(json ? checkJson(check) : checkText(check));
  if (check.problem) throw check.problem;
}

async function printList({ config, json }: GeneralOptions): Promise<void> {
  const presets = allPresets(readSettings(config, {}).presets);
  process.stdout.write(json ? `${JSON.stringify(presets, null, 2)}\n` : presetsText(presets));
}

endProcess(main(process.argv.slice(2)));
