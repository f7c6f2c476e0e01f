# Every command of the project; `make` alone lists them.

PYTHON ?= python3
PORT ?= 8000
export PORT

BIN := .venv/bin
RUNTIME := .venv/.runtime-installed
DEV := .venv/.dev-installed
TEMPLATES = $(shell find templates -name '*.html')
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' pyproject.toml

# To begin with another: make messages LANGUAGES=de
LANGUAGES ?= $(notdir $(patsubst %/,%,$(wildcard locale/*/)))
BABEL := $(BIN)/python -m babel.messages.frontend --quiet
KEYWORDS := --keywords "gettext_lazy gettext_noop ngettext_lazy:1,2 pgettext_lazy:1c,2 npgettext_lazy:1c,2,3 sentence"

# Says what the system says: a port can be taken, and it can be kept for root.
define TRY_PORT
import os, socket, sys
try:
    socket.create_server(("127.0.0.1", int(os.environ["PORT"]))).close()
except OSError as error:
    sys.exit(
        f"Port {os.environ['PORT']} cannot be used ({os.strerror(error.errno)}):"
        " stop what uses it, or choose another, as in make run PORT=8001."
    )
endef
export TRY_PORT

.DEFAULT_GOAL := help
.PHONY: help setup run test torture screenshots bench check check-locks fix messages lock clean

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile | expand -t 10

setup: $(RUNTIME) ## make .venv and install what the site needs, hash-checked

run: $(RUNTIME) ## serve the site with its sample on http://127.0.0.1:PORT (8000)
	@$(BIN)/python manage.py check
	@$(BIN)/python -c "$$TRY_PORT"
	$(BIN)/python manage.py migrate
	$(BIN)/python manage.py collectstatic --no-input
	$(BIN)/python manage.py load_sample
	@echo
	@echo 'Open http://127.0.0.1:$(PORT)/ (Ctrl-C stops the site).'
	@echo 'For the admin, make an account: $(BIN)/python manage.py createsuperuser'
	@exec $(BIN)/gunicorn jobsite.wsgi --preload --workers 2 --limit-request-line 8190 --bind 127.0.0.1:$(PORT) --log-level warning

# Side by side, each on one processor for about as long. What the second side says is
# kept until the first has ended. Tests without a database, and browsers, run once.
test: $(DEV) ## run the suite on SQLite, and what uses a database on PostgreSQL too
	@{ trap 'kill $$now; exit 143' TERM; \
	  $(BIN)/pytest --postgres -m 'database and not browser' & now=$$!; \
	  wait $$now; postgres=$$?; \
	  $(BIN)/pytest -m reading & now=$$!; \
	  wait $$now; exit $$((postgres + $$?)); } > .venv/second.log 2>&1 & other=$$!; \
	trap 'kill $$other; exit 130' INT TERM; \
	$(BIN)/pytest -m 'not reading'; first=$$?; \
	wait $$other; second=$$?; \
	cat .venv/second.log; \
	exit $$((first + second))

torture: $(DEV) ## kill imports of 20,000 postings at 20 moments, on both databases
	TORTURE_POSTINGS=20000 TORTURE_MOMENTS=20 $(BIN)/pytest tests/torture
	TORTURE_POSTINGS=20000 TORTURE_MOMENTS=20 $(BIN)/pytest --postgres tests/torture

screenshots: $(DEV) ## draw the pictures of docs/images anew
	$(BIN)/pytest tests/browser/screenshots.py

bench: $(DEV) ## measure; the suite leaves these tests out
	$(BIN)/pytest tests/bench

check: export DATA_DIR = .venv/check
check: export SITE_URL = https://jobs.example.com
check: $(DEV) ## look for mistakes without running the tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports --no-logo
	$(BIN)/djade --check --target-version 5.2 $(TEMPLATES)
	$(BIN)/djhtml --check --tabwidth 2 $(TEMPLATES)
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(MAKE) --no-print-directory check-locks

# Compiled again beside themselves, the locks must keep every name, version and marker.
# Hashes may differ: a registry can add files to an old release.
check-locks: $(DEV)
	@mkdir -p .venv/locks && cp requirements.txt requirements-dev.txt .venv/locks
	@$(COMPILE) --output-file .venv/locks/requirements.txt
	@$(COMPILE) --group dev --output-file .venv/locks/requirements-dev.txt
	@for lock in requirements.txt requirements-dev.txt; do \
	  grep == $$lock > .venv/locks/pins; \
	  grep == .venv/locks/$$lock | diff .venv/locks/pins - \
	    || { echo "$$lock disagrees with pyproject.toml: run make lock." >&2; exit 1; }; \
	done

fix: $(DEV) ## format the code and templates, mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(BIN)/djade --target-version 5.2 $(TEMPLATES) || true # it exits 1 when it changed one
	$(BIN)/djhtml --tabwidth 2 $(TEMPLATES)

messages: $(RUNTIME) ## find what is to be translated, and compile what is
	$(BABEL) extract --mapping babel.cfg $(KEYWORDS) --add-comments Translators \
	  --add-location file --omit-header --output-file locale/django.pot .
	@for language in $(LANGUAGES); do \
	  $(BABEL) update --domain django --input-file locale/django.pot \
	    --output-dir locale --locale $$language --init-missing \
	    --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 88 || exit 1; \
	  $(BABEL) compile --domain django --directory locale --locale $$language || exit 1; \
	done

lock: $(DEV) ## renew both locks with the newest versions pyproject.toml allows
	$(COMPILE) --upgrade --output-file requirements.txt
	cp requirements.txt requirements-dev.txt # the second lock keeps the pins of the first
	$(COMPILE) --group dev --output-file requirements-dev.txt

clean: ## remove .venv and caches; var/ with the data stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(RUNTIME): requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo 'Python 3.11 or later is needed, and $(PYTHON) is not one that runs here: install one and name it, as in make $(or $(firstword $(MAKECMDGOALS)),setup) PYTHON=python3.13.' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo '$(PYTHON) has no venv module: install it (on Debian or Ubuntu: apt install python3-venv).' >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; } # half of one would pass for whole
