/** What is known of an image: its class, and the split (train, val, test) it belongs to. Either is empty where it is not known. */
export interface Label {
  readonly label: string;
  readonly split: string;
}

/** Whether an image has a class; its split may be known without. */
export function isLabeled(label: Label | undefined): label is Label {
  return label !== undefined && label.label !== "";
}
