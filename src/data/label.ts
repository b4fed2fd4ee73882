/** What is known of an image: its class, and the split (train, val, test) it belongs to. */
export interface Label {
  readonly label: string;
  readonly split: string;
}
