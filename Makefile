# The verbs to know. Everything is installed into .venv, from the lock files, once.
# Works with GNU make 3.81 (macOS) and later.

PORT ?= 8000
# Another interpreter: make PYTHON=/path/to/python3 run
PYTHON ?=
OLDEST_PYTHON = 3.11.0
PYTHONS = $(if $(PYTHON),$(PYTHON),python3.13 python3.12 python3.11 python3)
# What `make bench` measures over: the folder of MedQuAD; HTML pages and how many of them, each as
# often as it takes; numbers of sections.
MEDQUAD ?=
PAGES ?= corpus
PAGE_COUNT ?= 5000
SIZES ?= 5000,50000,200000
# Which campaigns `make torture` runs, all without; and the seed of what is random in them.
CAMPAIGNS ?=
SEED ?=
# Test processes: as many as there are cores, but not more than this.
MAX_WORKERS ?= 8
# About twice the time; `make test COVERAGE=` goes without.
COVERAGE ?= --cov --cov-report=term

VENV = .venv
IN_VENV = $(VENV)/bin/python
# A freshly made environment brings an older pip; its advice to upgrade is noise here.
PIP = $(IN_VENV) -m pip --disable-pip-version-check
PIP_COMPILE = env -u PIP_FIND_LINKS CUSTOM_COMPILE_COMMAND="make lock" $(IN_VENV) -m piptools compile \
	--quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	--strip-extras --allow-unsafe --resolver=backtracking --no-config

.PHONY: help run test check lock bench torture
.DEFAULT_GOAL := help

help: ## list the verbs
	@echo "drugsearch: full-text search over articles about medicines"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)$$/  make \1	\2/p' Makefile

run: $(VENV)/.runtime ## serve the search page for corpus/ on http://127.0.0.1:8000 (PORT=)
	@# 4: some articles were set aside, each with its reason; the others can be searched.
	@$(IN_VENV) -m indexer reindex --if-needed corpus || [ $$? -eq 4 ]
	@exec $(IN_VENV) -m indexer serve --host 127.0.0.1 --port $(PORT)

test: $(VENV)/.dev $(VENV)/.browser ## run the test suite with branch coverage
	$(IN_VENV) -m pytest --numprocesses auto --maxprocesses $(MAX_WORKERS) $(COVERAGE) $(PYTEST_ARGS)

check: $(VENV)/.dev ## format, lint, types, layers, spelling, size budget
	$(IN_VENV) -m ruff format --check
	$(IN_VENV) -m ruff check
	$(IN_VENV) -m mypy
	$(VENV)/bin/lint-imports --no-logo
	$(IN_VENV) -m codespell_lib
	$(IN_VENV) -m pytest --quiet tests/test_budget.py

lock: $(VENV)/.python ## resolve the newest allowed versions into the lock files
	$(PIP) install --quiet pip-tools
	$(PIP_COMPILE) --upgrade --all-build-deps --output-file requirements.lock pyproject.toml
	$(PIP_COMPILE) --upgrade --extra dev --constraint requirements.lock --all-build-deps \
		--output-file requirements-dev.lock pyproject.toml
	$(PIP_COMPILE) --upgrade --output-file benchmarks/requirements.lock benchmarks/requirements.in
	$(PIP_COMPILE) --upgrade --constraint requirements-dev.lock \
		--output-file tests/torture/requirements.lock tests/torture/requirements.in
	@# A pinned release may have left the oldest Python behind, unseen by a newer one.
	$(PIP) install --quiet --dry-run --target $(VENV)/oldest --python-version $(OLDEST_PYTHON) \
		--only-binary :all: --require-hashes --requirement requirements-dev.lock

bench: $(VENV)/.bench ## measure speed beside the peers, into var/bench (MEDQUAD= PAGES=)
	@test -d "$(MEDQUAD)" || { echo "Say where MedQuAD is: make bench MEDQUAD=DIR" >&2; exit 1; }
	$(IN_VENV) -m benchmarks "$(MEDQUAD)" --sizes "$(SIZES)" \
		--pages "$(PAGES)" --page-count $(PAGE_COUNT)

torture: $(VENV)/.torture $(VENV)/.browser ## run the long campaigns against loss and damage (CAMPAIGNS= SEED=)
	$(IN_VENV) -m tests.torture $(if $(SEED),--seed $(SEED)) $(CAMPAIGNS)

# What the browser tests have from npm; those that need it are skipped, with the reason, without.
$(VENV)/.browser: $(VENV)/.python tests/browser/package.json tests/browser/package-lock.json
	@if command -v npm >/dev/null; then \
		npm ci --silent --no-audit --no-fund --prefix tests/browser; \
	else \
		echo "npm is missing, so pages are not checked by axe-core." >&2; \
	fi
	@touch $@

# The first interpreter that really starts (a version manager's shim may not), is new enough and
# can make environments.
$(VENV)/.python:
	@for python in $(PYTHONS); do \
		if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making $(VENV) with $$python"; \
			"$$python" -m venv $(VENV) && touch $@ && exit 0; exit 1; \
		fi; \
	done; \
	echo "drugsearch needs Python 3.11 or newer with its venv module; none of these is one: $(PYTHONS)." >&2; \
	echo "Debian, Ubuntu: apt-get install python3 python3-venv.  macOS: brew install python@3.13." >&2; \
	echo "Or name one: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; \
	exit 1

# An environment whose interpreter was upgraded away is made again.
$(shell test -e $(IN_VENV) || rm -rf $(VENV))

# The stamps are newer than what they were made from, so the second start installs nothing.
$(VENV)/.runtime: $(VENV)/.python requirements.lock setup.cfg pyproject.toml
	@# The locks are whole, so nothing is resolved here: an older pip takes `name[extra]` for the
	@# newest release and then misses its digest.
	$(PIP) install --quiet --no-deps --require-hashes --requirement requirements.lock
	$(PIP) install --quiet --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	$(PIP) install --quiet --no-deps --require-hashes --requirement requirements-dev.lock
	@# Says so when setup.cfg asks for something that the locks do not hold: `make lock` then.
	$(PIP) check
	@touch $@

$(VENV)/.bench: $(VENV)/.runtime benchmarks/requirements.lock benchmarks/pagefind/package-lock.json
	$(PIP) install --quiet --no-deps --require-hashes --requirement benchmarks/requirements.lock
	@# Without it drugsearch alone goes the way from pages to an index.
	@if command -v npm >/dev/null; then \
		npm ci --silent --no-audit --no-fund --prefix benchmarks/pagefind; \
	else \
		echo "npm is missing, so Pagefind takes no part." >&2; \
	fi
	@touch $@

$(VENV)/.torture: $(VENV)/.dev tests/torture/requirements.lock
	$(PIP) install --quiet --no-deps --require-hashes --requirement tests/torture/requirements.lock
	@touch $@
