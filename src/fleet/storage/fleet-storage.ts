/** Where all machines of a run find the same files: a shared folder, or a bucket. Keys are like relative paths, with "/" between parts. */
export interface FleetStorage {
  /** For a person: the folder, or the bucket with its prefix. */
  readonly name: string;
  has(key: string): Promise<boolean>;
  /** @returns undefined where there is none */
  read(key: string): Promise<Uint8Array | undefined>;
  /** Whole or not at all. Where the key is there already it stays as it is: names come from what was asked for. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  /**
   * Makes a file of this machine one that all can fetch.
   *
   * @param path absolute; in a shared folder it stays where it is
   * @param key where it is put in a bucket, unless it is there already
   * @returns what `fetch` takes, on any machine
   */
  share(path: string, key: string): Promise<string>;
  /**
   * The same with files that are needed together: in a bucket they lie in few objects, whose keys begin with `key`. A file that is gone or no
   * longer has its bytes is none of this machine's faults: whoever fetches it finds another, or none.
   *
   * @param key of the content of these files
   * @returns in the order of the files
   */
  shareTogether(files: readonly KnownFile[], key: string): Promise<readonly string[]>;
  /** What was copied somewhere to be shared goes; where files were shared as they lie they stay. */
  unshare(references: readonly string[]): Promise<void>;
  /** @throws PipelineError where there is no such file */
  fetch(reference: string): Promise<FetchedFile>;
  /** Keys that begin with a prefix. */
  list(prefix: string): AsyncIterable<string>;
  /** Keys that are not there are passed over. */
  remove(keys: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** A file of this machine. */
export interface KnownFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
}

/** A shared file as one of this machine. */
export interface FetchedFile {
  readonly path: string;
  /** It may be gone from this machine afterwards. */
  release(): void;
}

/** A storage as a planner tells it to workers; a worker may reach the same one in another way. No secrets. */
export type StorageAddress =
  | {
      readonly kind: "folder";
      /** Absolute. All that is shared lies in it; the root of the disk where every machine has the same paths. */
      readonly root: string;
    }
  | {
      readonly kind: "s3";
      readonly bucket: string;
      /** Before every key; "" or ending with "/". */
      readonly prefix: string;
      /** Of a server other than Amazon's. */
      readonly endpoint: string | null;
      readonly region: string | null;
    };
