// Checks that imports go down only: the table below is the house's order. Fails too when it reads no modules, as a
// TypeScript that dependency-cruiser cannot use would make it pass in silence.
import { cruise, type ICruiseResult, type IForbiddenRuleType } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";

/** Each layer imports only from layers above it in this list; folders of one layer do not import each other. */
const LAYERS = [
  ["base", "start"],
  ["data"],
  ["onnx"],
  [
    "npy",
    "spreadsheets",
    "page",
    "images",
    "features",
    "matches",
    "search",
    "clusters",
    "evaluation",
    "candidates",
    "labels",
    "reports",
    "exports",
    "settings",
    "sample",
    "terminal",
  ],
  ["artifacts", "calibration", "device"],
  ["review", "tasks"],
  ["removal"],
  ["similarity"],
  ["server", "fleet"],
  ["commands"],
];

const rules: IForbiddenRuleType[] = LAYERS.flatMap((layer, depth) =>
  layer.map((folder): IForbiddenRuleType => {
    const allowed = [folder, ...LAYERS.slice(0, depth).flat()].join("|");
    return {
      name: `${folder}-looks-down`,
      comment: `src/${folder} imports only ${allowed}: move what both need down a layer, or the meeting up to pipeline/`,
      severity: "error",
      from: { path: `^src/${folder}/` },
      to: { path: "^(src|pipeline|test)/", pathNot: `^src/(${allowed})/` },
    };
  }),
);
rules.push(
  {
    name: "one-door-to-onnxruntime",
    comment: "Only src/onnx knows the runtime, so that devices and its traps are met in one place",
    severity: "error",
    from: { pathNot: "^src/onnx/" },
    to: { path: "node_modules/onnxruntime" },
  },
  {
    name: "no-cycles",
    comment: "Move what both files need into a third one",
    severity: "error",
    from: {},
    to: { circular: true },
  },
  {
    name: "everything-resolves",
    comment: "A misspelt import would escape every other rule",
    severity: "error",
    from: {},
    to: { couldNotResolve: true },
  },
);

const options = {
  ruleSet: { forbidden: rules },
  validate: true,
  tsPreCompilationDeps: true,
  doNotFollow: "node_modules",
};
const resolution = { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] };
const { output } = await cruise(["src", "pipeline"], options, resolution, {
  tsConfig: extractTSConfig("tsconfig.json"),
});
const { modules, summary } = output as ICruiseResult;
const own = modules.filter(({ source }) => /^(src|pipeline)\//.test(source)).length;
for (const { rule, from, to } of summary.violations) console.error(`${rule.name}: ${from} imports ${to}`);
if (own === 0) console.error("No modules were read: dependency-cruiser cannot use this version of TypeScript");
console.log(`${own} modules, ${summary.violations.length} imports against the layers`);
process.exitCode = own === 0 || summary.violations.length > 0 ? 1 : 0;
