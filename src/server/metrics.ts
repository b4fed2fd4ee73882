import type { FastifyInstance } from "fastify";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ReceivedFiles } from "#server/received-files.ts";
import type { ServerLog } from "#server/server-options.ts";
import type { Turns } from "#server/turns.ts";
import type { SimilarImages } from "#similarity/similar-images.ts";

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const STATUS_GONE = 499;

export interface Measured {
  readonly similar: SimilarImages;
  /** By what they are turns of. */
  readonly turns: Readonly<Record<string, Turns>>;
  readonly received: ReceivedFiles;
}

/** What a server counts, for Prometheus. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests = new Counter({
    name: "twinsift_requests_total",
    help: "Requests answered, by route, method and status; 499 where who asked had gone.",
    labelNames: ["route", "method", "status"],
    registers: [this.registry],
  });
  readonly #seconds = new Histogram({
    name: "twinsift_request_seconds",
    help: "Seconds from the end of a request's headers to the end of its answer, by route.",
    labelNames: ["route"],
    buckets: SECONDS,
    registers: [this.registry],
  });
  readonly #inFlight = new Gauge({
    name: "twinsift_requests_in_flight",
    help: "Requests that have begun and are not answered yet.",
    registers: [this.registry],
  });

  constructor({ similar, turns, received }: Measured) {
    collectDefaultMetrics({ register: this.registry });
    this.#gauge("twinsift_index_images", "Images of the index.", () => similar.facts.images);
    this.#gauge("twinsift_index_vectors", "Vectors of all images.", () => similar.facts.vectors);
    this.#gauge("twinsift_received_bytes", "Bytes of bodies that lie on the disk.", () => received.heldBytes);
    for (const [kind, of] of Object.entries(turns)) {
      this.#gauge(`twinsift_${kind}_at_work`, `Requests for ${kind} at work.`, () => of.running);
      this.#gauge(`twinsift_${kind}_waiting`, `Requests for ${kind} that wait for their turn.`, () => of.waiting);
      this.#counter(
        `twinsift_${kind}_refused_total`,
        `Requests for ${kind} refused, too many waiting.`,
        () => of.refused,
      );
    }
  }

  /** Counts all requests from now on, and tells the log of each. */
  watch(app: FastifyInstance, log: ServerLog): void {
    app.addHook("onRequest", async (request, { raw }) => {
      this.#inFlight.inc();
      const start = performance.now();
      const { method } = request;
      const route = request.is404 ? "none" : (request.routeOptions.url ?? "none");
      raw.once("close", () => {
        this.#inFlight.dec();
        const seconds = (performance.now() - start) / 1000;
        const status = raw.writableFinished ? raw.statusCode : STATUS_GONE;
        this.#requests.inc({ route, method, status });
        this.#seconds.observe({ route }, seconds);
        log.answered({ method, url: withoutToken(request.url), status, seconds });
      });
    });
  }

  #gauge(name: string, help: string, value: () => number): void {
    const collect = () => gauge.set(value());
    const gauge: Gauge = new Gauge({ name, help, registers: [this.registry], collect });
  }

  #counter(name: string, help: string, value: () => number): void {
    const collect = () => {
      counter.reset();
      counter.inc(value());
    };
    const counter: Counter = new Counter({ name, help, registers: [this.registry], collect });
  }
}

/** A URL as logs may tell it. */
export function withoutToken(url: string): string {
  return url.replace(/([?&]token=)[^&#]*/gi, "$1…");
}
