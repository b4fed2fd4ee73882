// npm run serve: the similarity server and its page.
import { endProcess } from "#terminal/end-process.ts";
import { openIndex } from "./open-index.ts";
import { runServer } from "./run-server.ts";

endProcess(runServer(process.argv.slice(2), openIndex));
