# make run: installs what is missing, runs Trellis, and prints its address once it is ready.
# make test, make lint: install what is missing and check everything. make fmt formats; make clean starts afresh.

.PHONY: run test lint fmt clean

BIN := .venv/bin
WORKERS ?= auto
export PYTHON

run:
	@sh deploy/install.sh run
	@$(BIN)/python -m deploy.run --demo

# deploy/install.sh may have put the browser beside the packages.
test: export PATH := $(CURDIR)/$(BIN):$(PATH)
test:
	@sh deploy/install.sh test
	$(BIN)/pytest -q -n $(WORKERS) --database=sqlite
	$(BIN)/pytest -q -n $(WORKERS) --database=postgresql

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
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
