# docker build -t mcp-polygon .
# docker run -i --rm -e POLYGON_API_KEY mcp-polygon

FROM node:24-alpine AS build
WORKDIR /build
COPY package.json package-lock.json LICENSE ./
# The scripts of packages are not needed, and the package's own build has no sources yet.
RUN npm ci --ignore-scripts
COPY build.mjs tsconfig.json ./
COPY generated generated
COPY runtime runtime
COPY spec/polygon-docs spec/polygon-docs
RUN npm run build

FROM node:24-alpine
LABEL io.modelcontextprotocol.server.name="io.github.mcp-polygon/mcp-polygon"
WORKDIR /app
COPY --from=build /build/package.json /build/LICENSE ./
COPY --from=build /build/dist dist
USER node
ENTRYPOINT ["node", "/app/dist/mcp-polygon.js"]
