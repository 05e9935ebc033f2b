# Everything a person types. `make help` says what there is.
.PHONY: help run test stack dev dist setup
.DEFAULT_GOAL := help

help:            ## this list
	@grep -E '^[a-z]+: +##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+): +## (.*)/  make \1\t\2/' | expand -t 16

run:             ## set up, build, serve: the sample incident, or LOKI_URL=… PROMETHEUS_URL=… TEMPO_URL=…
	@scripts/run

test:            ## set up, then every test of every kind
	@scripts/test

stack:           ## real Loki, Tempo and Prometheus with demo telemetry, and the console on them (STACK=mimir, SYSTEM=all)
	@scripts/setup test
	@scripts/build target/site
	@exec node scripts/stack.mjs target/site

dev:             ## build at each change, with proxies to a running `make stack`
	@scripts/dev

dist:            ## dist/jobscope-VERSION.tar.gz for any static host, precompressed
	@scripts/setup app
	@node scripts/dist.mjs

setup:           ## only the set-up
	@scripts/setup test
