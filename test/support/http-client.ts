import { Agent, request } from "node:http";

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** Asks one server, over connections that stay open; a connection that breaks is an error, and nothing is asked twice. */
export class HttpClient {
  readonly #address: URL;
  readonly #agent: Agent;

  /** @param connections at the same time, at most */
  constructor(address: string, connections: number) {
    this.#address = new URL(address);
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** @param body is posted where it is given */
  ask(path: string, body?: Buffer): Promise<HttpAnswer> {
    const { hostname, port } = this.#address;
    const headers = body ? { "content-type": "application/octet-stream", "content-length": body.length } : {};
    const method = body ? "POST" : "GET";
    return new Promise((resolve, reject) => {
      const asked = request({ hostname, port, path, method, headers, agent: this.#agent }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part) => parts.push(part));
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) }));
      });
      asked.on("error", reject);
      asked.end(body);
    });
  }

  /** @throws Error for an answer other than 200 */
  async json<Content>(path: string, body?: Buffer): Promise<Content> {
    const answer = await this.ask(path, body);
    const text = answer.body.toString();
    if (answer.status !== 200) throw new Error(`Expected 200 for ${path}, found ${answer.status}: ${text}`);
    return JSON.parse(text) as Content;
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** An object id as a path has it: any characters, "/" between its parts. */
export function idInPath(objectId: string): string {
  return objectId.split("/").map(encodeURIComponent).join("/");
}
