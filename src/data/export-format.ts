/** Labeling tools, and lists for tools of one's own, that candidates are written for. */
export const EXPORT_FORMATS = ["label-studio", "cvat", "coco", "yolo", "fiftyone", "list"] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];
