# Node as the official image has it: in /usr/local, with npm, and a user. `bases` fills the context.
FROM docker.io/library/debian:trixie-slim
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node
ARG NODE_VERSION
ENV NODE_VERSION=$NODE_VERSION
COPY . /usr/local/
CMD ["node"]
