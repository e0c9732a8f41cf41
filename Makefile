# Every target sets up what it needs: .venv, build tools, and for the tests system packages when root.
# `make help` lists them.

RUN = @python=$$(tests/run/requirements) && exec "$$python" tests/run

.PHONY: help demo test install lua bench fuzz soak corpus wheel lint fmt tables images clean

help: ## what there is
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

demo: ## a real server, four real curl clients, and what the server knows of each
	$(RUN) demo

test: ## all tests on every TLS library and Python that is found; STAGE=rust for one stage
	$(RUN) test $(STAGE)

install: ## the C library, its header, peercert.pc, its manual; PREFIX, LIBDIR, DESTDIR, TLS=openssl, STATIC=1
	$(RUN) install PREFIX="$(PREFIX)" LIBDIR="$(LIBDIR)" INCLUDEDIR="$(INCLUDEDIR)" MANDIR="$(MANDIR)" \
	  DESTDIR="$(DESTDIR)" TLS="$(TLS)" STATIC="$(STATIC)"

lua: ## the Lua module for a version of Lua; LUA=5.1, 5.2, 5.3, 5.4 or jit, PREFIX, DESTDIR, TLS=openssl
	$(RUN) lua LUA="$(LUA)" PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" TLS="$(TLS)"

wheel: ## the wheel and the source distribution, in dist/
	$(RUN) wheel

lint: ## formatters and linters, Rust and Python
	$(RUN) lint

fmt: ## formats the sources in place
	$(RUN) fmt

tables: ## writes the generated tables of README.md and docs/, the C header and its manual anew
	$(RUN) python tests/docs/tables.py --write
	$(RUN) header

images: ## writes the pictures of docs/images anew, with Chromium and a server on port 8443
	$(RUN) python tests/python/images.py

bench: ## our speed and memory beside the peers', measured in the same run
	$(RUN) bench

fuzz: ## each fuzz target for 60 seconds (SECONDS_EACH=...)
	$(RUN) fuzz $(SECONDS_EACH)

soak: ## long tests: sanitizers, valgrind, many connections, many versions of servers; PART=rust, c, lua or servers
	$(RUN) soak $(PART)

corpus: ## every certificate under DIR against OpenSSL, differences with reasons
	@test -n "$(DIR)" || { echo 'make corpus needs a folder: make corpus DIR=...' >&2; exit 1; }
	$(RUN) corpus "$(abspath $(DIR))"

clean: ## removes what was built and set up
	rm -rf target .venv dist demo-pki
