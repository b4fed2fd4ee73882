# docker build -t twinsift .
# docker run --rm -v ~/scraped:/images:ro -v ~/out:/output twinsift --images /images
#
# What follows the image's name are the pipeline's flags. README.md, "Every night", tells more.
# A tag is moved to newer security fixes with each build; a build that must be the same every time pins what the tag stands for today,
# node:20-bookworm-slim@sha256:…, as `docker buildx imagetools inspect node:20-bookworm-slim` prints it.
FROM node:20-bookworm-slim

WORKDIR /app

# onnxruntime-node holds the binaries of every platform: of 287 MB the 44 MB (arm64: 24 MB) of this one stay. Removed in the step that
# brought them, as a layer only ever adds to the image's size.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund --no-update-notifier \
  && find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 -type d ! -path "*/linux/$(node -p process.arch)" -exec rm -r {} + \
  && rm -rf ~/.npm

# Any user may read what was copied, whatever umask it was checked out with. The first start compiles the sources and keeps the result
# beside them: done here, as later starts can write neither /app nor, with --read-only, anything but /output.
COPY LICENSE tsconfig.json ./
COPY config config
COPY pipeline pipeline
COPY src src
RUN chmod -R a+rX LICENSE *.json .npmrc config pipeline src \
  && node src/start/start.mjs pipeline/main.ts --version \
  && test -n "$(ls node_modules/.cache/twinsift)"

# A new named volume takes over the owner of this folder. A folder of the host has its own: --user "$(id -u):$(id -g)" where that is not 1000.
RUN install --directory --owner=1000 --group=1000 /output

# The default --output, "output", is /output from here. In numbers, so that a cluster can tell that it is not root.
WORKDIR /
USER 1000:1000

# Node.js itself is process 1: signals reach it, and it ends with its own exit code.
# No HEALTHCHECK: that is for what answers requests. A batch job is well when it ends with 0, and `docker run` ends with its exit code.
ENTRYPOINT ["node", "/app/src/start/start.mjs", "/app/pipeline/main.ts"]
