# One image for every service: the command chooses which (`node dist/router/main.js` unless said otherwise).

# Debian rather than Alpine: Node is faster on glibc's memory allocator, and its resolver takes answers of any length.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund \
    && find node_modules \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN node scripts/bootstrap.mjs build \
    && rm -rf dist/tests dist/.tsbuildinfo dist/.sources.json \
    && find dist -name '*.test.js*' -delete \
    && find dist -name testing -type d -exec rm -rf {} +

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
# Mails are files there while SMTP_URL is not set. Nothing else is ever written.
RUN mkdir -p .data/mail && chown -R node:node .data
COPY package.json ./
COPY --from=packages /app/node_modules node_modules
COPY schema schema
COPY --from=build /app/dist dist
USER node
EXPOSE 4000 4001 4002 4003
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["node", "dist/scripts/container-health.mjs"]
CMD ["node", "--enable-source-maps", "--max-semi-space-size=32", "dist/router/main.js"]
