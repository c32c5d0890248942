# The thin front door; CMake and npm do the work. `make help` lists what there is.
.DEFAULT_GOAL := build
SHELL := /bin/bash
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
ARGS ?=
FUZZ_SECONDS ?= 600
MINUTES ?= 60
KILLS ?= 100
BENCH ?= sip ring unlock webrtc rtsp

.PHONY: help build run test unit e2e soak kills trial bench web web-test packages packages-test install uninstall fuzz coverage lint format clean settings

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

packages:
	@scripts/install-packages build run node

packages-test: packages
	@scripts/install-packages test

build: packages web ## install what is missing and build the station
	@cmake --preset release >build-configure.log 2>&1 || { cat build-configure.log; exit 1; }; rm -f build-configure.log
	@cmake --build --preset release --target lintel -j $(JOBS)

run: build ## start the station here; options by ARGS="--camera test"
	@build/release/src/app/lintel --data data --web web/dist $(ARGS)

web: web/dist/.built

web/node_modules/.installed: web/package.json web/package-lock.json | packages
	@cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/.built: web/node_modules/.installed $(shell find web/src web/public web/*.html web/*.ts web/scripts -type f 2>/dev/null)
	@cd web && npm run --silent build
	@touch $@

unit: packages-test web ## the C++ tests
	@cmake --preset dev >build-configure.log 2>&1 || { cat build-configure.log; exit 1; }; rm -f build-configure.log
	@cmake --build --preset dev -j $(JOBS)
	@ctest --preset dev -j 2

web-test: web ## the pages' own tests, types and size budgets
	@cd web && npm run --silent check && npm test --silent && npm run --silent size

e2e: unit ## the station with real peers: browsers, phones, players
	@cd web && npm run --silent e2e

test: unit web-test e2e ## install what is missing, build, run every test

soak: unit ## the station under calls and viewers for MINUTES=60 after as long a warm-up; descriptors, threads and memory must stay
	@cd web && npm run --silent soak -- $(MINUTES)

kills: unit ## kill -9 the station KILLS=100 times in the middle of unlocks and registrations
	@cd web && npm run --silent kills -- $(KILLS)

trial: build ## the installed station in a virtual machine: simulated camera, GPIO chip and sound card, pulled plugs
	@scripts/install-packages trial
	@scripts/hardware-trial

bench: build ## figures beside the peers, in one run; one part by BENCH=sip (ring, unlock, webrtc, rtsp), a short look by QUICK=1
	@scripts/install-packages bench
	@JOBS=$(JOBS) QUICK=$(QUICK) bench/run $(BENCH)

install: build ## put the program and its systemd unit in place (as root)
	@rm -rf build/stage && umask 022 && DESTDIR="$(CURDIR)/build/stage" cmake --install build/release --strip --prefix $(PREFIX)
	@deploy/post-install $(PREFIX) build/stage; installed=$$?; rm -rf build/stage; exit $$installed

uninstall: ## take the program and its unit away; the data stays
	@deploy/remove $(PREFIX)

fuzz: packages-test ## long fuzzing; FUZZ_SECONDS for each parser
	@scripts/install-packages develop
	@cmake --preset fuzz >/dev/null && cmake --build --preset fuzz --target harnesses -j $(JOBS)
	@fuzz/run $(FUZZ_SECONDS)

settings: packages-test ## write docs/settings.md anew from the settings table
	@cmake --preset dev >/dev/null && cmake --build --preset dev -j $(JOBS) --target lintel_settings_reference >/dev/null
	@build/dev/src/settings/lintel_settings_reference > docs/settings.md

coverage: packages-test web ## the C++ tests with the lines they reach, a room at a time
	@scripts/install-packages develop
	@cmake --preset coverage >/dev/null && cmake --build --preset coverage -j $(JOBS)
	@ctest --test-dir build/coverage -j 2
	@scripts/coverage build/coverage

lint: packages-test ## clang-tidy over all sources
	@scripts/install-packages develop
	@cmake --preset clang >/dev/null && run-clang-tidy-16 -quiet -p build/clang 'src/.*\.cpp$$'

format: ## clang-format over all sources
	@scripts/install-packages develop
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format-16 -i

clean: ## remove what was built; keeps data/
	@rm -rf build web/dist
