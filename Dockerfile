# docker build -t mcp-polygon .
# docker run -i --rm -e POLYGON_API_KEY mcp-polygon

FROM node:24-alpine AS build
WORKDIR /build
COPY package.json package-lock.json ./
# The scripts of packages are not needed, and the package's own build has no sources yet.
RUN npm ci --ignore-scripts
COPY CHANGELOG.md LICENSE README.md tsconfig.json ./
COPY bundle bundle
COPY generated generated
COPY runtime runtime
COPY spec/guides spec/guides
COPY spec/polygon-docs spec/polygon-docs
RUN npm run build

FROM node:24-alpine
LABEL io.modelcontextprotocol.server.name="io.github.mcp-polygon/mcp-polygon"
WORKDIR /app
# The npm package, as it is published: beside the program it has manifests of what is in it, for scanners.
COPY --from=build /build/build/npm ./
USER node
ENTRYPOINT ["node", "/app/dist/mcp-polygon.js"]
