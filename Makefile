# make run: installs what is missing, runs Trellis, and prints its address once it is ready.
# make test, make test-slow, make lint: install what is missing and check everything. make fmt formats; make clean starts afresh.
# make bench, make bench-quick: measure everything beside Celery and feeds in Redis; see benchmarks/README.md.

.PHONY: run test test-slow chaos bench bench-quick screenshots lint fmt clean

BIN := .venv/bin
WORKERS ?= auto
export PYTHON

run:
	@sh deploy/install.sh run
	@$(BIN)/python -m deploy.run --demo

# Everything on SQLite, and on PostgreSQL what depends on the database (the marker `once` in tests/plugin.py).
# test-slow: real browsers, the short drill, the smallest benchmark, Facebook's graph.
# deploy/install.sh may have put the browser beside the packages.
test test-slow: export PATH := $(CURDIR)/$(BIN):$(PATH)
test test-slow:
	@sh deploy/install.sh test
	$(BIN)/pytest -q -n $(WORKERS) -m "$(KIND)" --database=sqlite
	$(BIN)/pytest -q -n $(WORKERS) -m "$(KIND)" --database=postgresql
test: KIND := not slow
test-slow: KIND := slow

# The drill: everything breaks again and again while people post, for up to 15 minutes; ends with a table. As root,
# or the full disk is left out. More: make chaos CHAOS="--help"
chaos:
	@sh deploy/install.sh test
	$(BIN)/python -m tests.chaos $(CHAOS)

# 15 minutes on 4 cores; the quick one 2, smaller and rougher. Results and pictures go to benchmarks/results.
bench bench-quick:
	@sh deploy/install.sh bench
	@.venv-bench/bin/python -m benchmarks $(if $(findstring quick,$@),quick,full) $(BENCH)

# The pictures of the README. Emoji need a font that has them (Debian: fonts-noto-color-emoji).
screenshots:
	@sh deploy/install.sh test
	$(BIN)/python -m tests.browser.screenshots

# The checks need settings, but shall not make var/ or use a real database.
lint: export SECRET_KEY := lint
lint: export DATABASE_URL := sqlite://:memory:
lint:
	@sh deploy/install.sh lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run

fmt:
	@sh deploy/install.sh lint
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# What was installed and what tools leave behind. Not var/: it holds what people wrote.
clean:
	rm -rf .venv .venv-bench .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
