// Object storage for tests; it ships no types.
declare module "s3rver" {
  import type { IncomingMessage, Server, ServerResponse } from "node:http";
  import type { AddressInfo } from "node:net";

  interface Store {
    existsObject(bucket: string, key: string): Promise<boolean>;
    listObjects(bucket: string, options: { maxKeys: number }): Promise<{ objects: { key: string }[] }>;
    putObject(object: { bucket: string; key: string; content: unknown }): Promise<{ size: number; md5: string }>;
  }

  class S3rver {
    readonly store: Store;
    readonly middleware: ((context: S3rver.Context, next: () => Promise<void>) => Promise<void>)[];
    readonly httpServer: Server;
    constructor(options: {
      address: string;
      port: number;
      silent: boolean;
      directory: string;
      vhostBuckets: boolean;
      configureBuckets: { name: string }[];
    });
    run(): Promise<AddressInfo>;
    close(): Promise<void>;
  }

  namespace S3rver {
    /** Koa's. */
    interface Context {
      readonly method: string;
      readonly path: string;
      query: Readonly<Record<string, string | undefined>>;
      readonly headers: Readonly<Record<string, string | undefined>>;
      readonly req: IncomingMessage;
      readonly res: ServerResponse;
      status: number;
      body: unknown;
    }
  }

  export = S3rver;
}
