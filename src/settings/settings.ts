import type { ExportFormat } from "#data/export-format.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import type { View } from "#data/view.ts";

/** Everything a run can be told; config/schema.json says what each key means, config/default.json holds the defaults. */
export interface Settings {
  readonly images: readonly string[];
  readonly references: readonly string[];
  /** Files and folders of labels. */
  readonly labels: readonly string[];
  readonly features: string | null;
  readonly output: string;
  /** Where decisions are taken down; null: in the output folder. */
  readonly decisions: string | null;
  readonly model: string;
  readonly preset: string | null;
  /** A model beside the first: it measures who is dissimilar. */
  readonly secondModel: string | null;
  readonly secondPreset: string | null;
  readonly secondThreshold: number | null;
  readonly views: "default" | "none" | readonly View[];
  readonly device: "auto" | "cpu" | "webgpu" | "cuda" | "coreml" | "dml";
  readonly threshold: number | null;
  readonly dissimilar: number | null;
  readonly candidates: number;
  /** Small pictures in report.html and groups.xlsx, at most. */
  readonly thumbnails: number;
  /** Whether groups.xlsx is written. */
  readonly xlsx: boolean;
  /** Labeling tools that candidates are written for. */
  readonly export: readonly ExportFormat[];
  /** What stands in front of object ids where these find images; null: absolute paths. */
  readonly exportImages: string | null;
  readonly concurrency: number | null;
  readonly limitMemory: number | null;
  readonly maxUnreadable: number | null;
  readonly verify: boolean;
  readonly allowShrink: boolean;
  readonly keepRuns: number;
  readonly scan: { readonly ignore: readonly string[] };
  readonly extract: {
    readonly maxPixels: number;
    readonly maxDecodedBytes: number;
    readonly maxSeconds: number;
    readonly maxMemory: number;
  };
  readonly index: { readonly shardRows: number };
  readonly search: { readonly blockRows: number; readonly maxPairs: number };
  readonly cluster: {
    readonly mode: "component" | "direct";
    readonly keep: readonly ("reference" | "labeled" | "pixels" | "bytes" | "path")[];
    readonly match: "same-bytes" | "same-pixels" | "copy" | "similar";
  };
  readonly select: {
    readonly order: "represent" | "spread";
    /** keep: what the run before proposed stays first in line; anew: every run ranks all. */
    readonly line: "keep" | "anew";
    readonly outliers: "keep" | "last" | "drop";
    /** No candidate is ranked once the coverage radius is below this; plain L2. */
    readonly stopRadius: number | null;
    /** What quotas are of: the first part of an object id, or the split that the labels tell. */
    readonly quotaBy: "folder" | "split";
    /** Candidates of each folder or split, at most. */
    readonly quota: number | null;
    /** The same by name, in place of `quota`. */
    readonly quotas: Readonly<Record<string, number>>;
  };
  readonly serve: ServeSettings;
  readonly fleet: FleetSettings;
  readonly presets: Readonly<Record<string, PresetFile>>;
}

/** What `npm run serve` is told. */
export interface ServeSettings {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What every request has to bring; null: nothing. */
  readonly token: string | null;
  /** Origins whose pages may ask. */
  readonly cors: "*" | readonly string[];
  /** Folder for new images; null: none can be added. */
  readonly addTo: string | null;
  readonly maxBodyBytes: number;
  /** Questions computed at once, and waiting for that. */
  readonly maxConcurrent: number;
  readonly maxWaiting: number;
  /** Within which a request has to arrive. */
  readonly requestSeconds: number;
  /** Within which a question has to be answered, once it has arrived. */
  readonly answerSeconds: number;
}

/** A run on several machines. */
export interface FleetSettings {
  /** Address of Redis; it may hold a password. null: the run stays on one machine. */
  readonly redis: string | null;
  /** A folder or s3://bucket/prefix; null: all machines see the same paths. */
  readonly storage: string | null;
  /** Of an object storage other than Amazon's. */
  readonly endpoint: string | null;
  readonly region: string | null;
  /** Images of a task that embeds. */
  readonly embedImages: number;
  /** Vectors of a block; a task compares two blocks. */
  readonly blockVectors: number;
  /** A task whose worker says nothing for so long is given to another. */
  readonly leaseSeconds: number;
  /** A task that failed so often is set aside. */
  readonly tries: number;
}

/** A preset as a config file holds it; `file` is an ONNX file that comes with it. */
export type PresetFile = Omit<ModelPreset, "name"> & { readonly file?: string };
