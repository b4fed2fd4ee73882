// npm run serve: the similarity server and its page.
import { openSimilarImages } from "#similarity/live-images.ts";
import { endProcess } from "#terminal/end-process.ts";
import { runServer } from "./run-server.ts";

endProcess(
  runServer(process.argv.slice(2), ({ settings, ...how }) =>
    openSimilarImages({ settings, addTo: settings.serve.addTo ?? undefined, ...how }),
  ),
);
